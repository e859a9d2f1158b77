"""The database itself: migrations, retention, moves of a newsroom's server, removal."""
