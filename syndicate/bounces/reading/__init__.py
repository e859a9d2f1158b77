"""Reading bounces and providers' events: which recipient, what happened and why; pure."""
