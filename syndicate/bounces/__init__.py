"""Bounces, complaints and delivery events: what comes back after a relay took our mail.

    doors      returned mail (IMAP, POP3, LMTP, files), and what providers post to us
      └─> reading   what each says of which recipient: pure, no database
            └─> keeping   one event each, suppression by rule, incidents

Only codes that speak of the address itself count against it. What speaks of us (reputation, policy,
content) opens an incident, and never costs a reader the newsletter.
"""
