"""/api/v1: the same verbs for programs, with bearer tokens and no cookies."""
