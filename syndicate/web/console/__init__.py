"""/console: what operators see and do; one page, one file."""
