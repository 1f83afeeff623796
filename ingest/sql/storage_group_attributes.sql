-- The group attributes of the storage records that are staged, in place of those that the records
-- they replace had. Pairs are parted by character 28, a type and its value by character 27.
DELETE FROM store.storage_group_attributes
WHERE star_record_id IN (SELECT record_id FROM stage.storage);

INSERT INTO store.storage_group_attributes
SELECT record_id, pair[1],
       CASE WHEN NOT stage.is_null(pair[2]) THEN pair[2] END, message
FROM (SELECT record_id, message,
             string_split(unnest(string_split(storage_group_attributes, chr(28))), chr(27)) AS pair
      FROM (FROM stage.storage
            QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY message DESC, record DESC) = 1)
      WHERE storage_group_attributes IS NOT NULL);
