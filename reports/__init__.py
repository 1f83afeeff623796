"""From rows to answers: summarising, the report catalogue, units and rendering."""
