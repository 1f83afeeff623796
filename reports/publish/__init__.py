"""Publishing: messages for a parent repository, from datasets to the outgoing queue."""
