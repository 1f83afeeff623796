-- What came in, one row a message.
CREATE OR REPLACE VIEW messages AS
SELECT message_id, source, source_name, received_at, signer, kind, records, bytes, sha256, state,
       error
FROM store.messages
