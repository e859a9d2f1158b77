"""After a backup was restored: what it held, what has happened since, and what may go on."""
