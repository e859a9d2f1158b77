"""The installation as a whole: its state, audit, tokens, counters, answers given before."""
