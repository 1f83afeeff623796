"""Benchmarks: their canonical spellings, their order of preference, and how one becomes another."""

PREFERENCE = ("HEPscore23", "HEPSPEC", "si2k")
"""The first that a record carries is the one it is accounted by. Source: APEL 2.5.0."""

CANONICAL = {name.lower(): name for name in PREFERENCE}
"""From lower case to the one spelling that we store and print."""

SI2K_PER_HEPSPEC = 250
"""250 si2k count as one HEPSPEC: APEL 2.5.0, schemas/server.sql."""
