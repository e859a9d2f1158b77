"""Where returned mail and providers' events come in: mailboxes, LMTP, webhooks."""
