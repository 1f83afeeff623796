"""Formats: what a message's text says, one module a format."""
