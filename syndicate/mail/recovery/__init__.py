"""After a crash or a restored backup: what had been sent, settled by the relay's accept log."""
