"""Sending what is due: a leased batch, chunk by chunk, and what each answer means."""
