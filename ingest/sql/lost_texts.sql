-- How many messages were accepted; how many of them brought records and have no text, and the first.
SELECT count(*), count(*) FILTER (WHERE lost), min(message_id) FILTER (WHERE lost)
FROM (SELECT m.message_id, m.records > 0 AND t.message_id IS NULL AS lost
      FROM store.messages AS m LEFT JOIN store.raw_texts AS t ON t.message_id = m.message_id
      WHERE m.state = 'accepted')
