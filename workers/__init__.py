"""Celery's side of the house, thin: a task is a name, a retry policy and one call into a stage."""
