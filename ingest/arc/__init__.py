"""ARC's accounting database, taken in as CAR messages: what jobs came from is kept as text."""
