-- Attributes of the groups of storage records beyond subgroup and role: they come and go with the
-- record that they belong to.
CREATE TABLE store.storage_group_attributes (
    star_record_id VARCHAR NOT NULL,
    attribute_type VARCHAR NOT NULL,
    attribute_value VARCHAR,
    message_id BIGINT NOT NULL
);
