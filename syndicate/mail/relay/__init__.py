"""Talking to relays: their addresses, the greeting, the conversation, many connections at once."""
