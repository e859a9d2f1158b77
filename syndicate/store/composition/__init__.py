"""Issues on their way: stories, alerts, corrections owed, and the audience of each."""
