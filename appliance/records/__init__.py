"""Record types, each declared once: tables, parsers, checks, exports and help derive from them."""
