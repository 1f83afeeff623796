"""The terminal UI: it reads through the same repository as the command line."""
