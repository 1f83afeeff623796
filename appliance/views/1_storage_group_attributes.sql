-- Attributes of the groups of storage records beyond subgroup and role, one row each.
CREATE OR REPLACE VIEW storage_group_attributes AS
SELECT star_record_id, attribute_type, attribute_value, message_id
FROM store.storage_group_attributes
