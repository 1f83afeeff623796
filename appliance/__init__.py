"""The process: configuration, record types, store, service, door and command line."""
