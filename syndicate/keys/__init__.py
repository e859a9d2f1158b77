"""Every key of the installation: what it protects, since when, and how another takes its place.

No function here returns a secret but to whoever must hold it, once; lists and the audit name keys
by what they are called.
"""
