"""How a ring is told to people who look at no console: by webhooks, by mail, by silence.

    round ── which way is owed which ring ──> webhooks · mail
    dead_man: a ping each minute, which somebody outside misses when we are gone

`ring` says what a ring is. No way depends on another; one that fails rings by the others.
"""
