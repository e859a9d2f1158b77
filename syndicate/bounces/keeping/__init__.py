"""Recording what came back: events once, suppressions by rule, incidents about ourselves."""
