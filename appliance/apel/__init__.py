"""An APEL client's configuration taken over: parser.cfg, client.cfg and the sender.cfg of SSM."""
