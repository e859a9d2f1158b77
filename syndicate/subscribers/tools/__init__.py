"""How other tools write the files of their readers: one small reader for each."""
