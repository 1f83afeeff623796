"""The process: configuration, record types, the store, the service, the door and the command line."""
