"""Opening a received message: decrypt, verify, decide whom to believe, give the text."""
