"""Setting a newsroom up: every kind of thing that it is made of, and one file that makes all."""
