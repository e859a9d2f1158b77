"""How often strangers may do what: the one list of limits, and who is counted by what."""
