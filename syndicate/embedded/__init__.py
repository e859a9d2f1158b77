"""The all-in-one: PostgreSQL, Valkey, a mailbox and Syndicate's own processes on a bare machine."""
