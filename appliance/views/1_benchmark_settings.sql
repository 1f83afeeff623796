-- Every benchmark that was ever set, in the order of setting.
CREATE OR REPLACE VIEW benchmark_settings AS
SELECT number, site, host, service_level_type, service_level, valid_from, also, set_at
FROM store.benchmark_settings
