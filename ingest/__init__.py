"""From bytes to rows: sources, security, formats, the pipeline and the rejects."""
