"""Sending mail: from a row of the ledger to a relay that accepted the message.

relay      talking to relays: the greeting, the conversation, many connections at once
mime       one recipient's message as bytes, with its DKIM signature
pacing     how fast mail may leave, and by which relay
sending    a leased batch, chunk by chunk, and what each answer means
recovery   after a crash or a restored backup: what was sent, by the relay's accept log
single     mails to one reader      steering   pause, resume, cancel
"""
