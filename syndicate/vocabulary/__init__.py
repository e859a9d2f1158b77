"""The words that things are described by, each written once, with the sets that others ask for.

Columns and their CHECKs, SQL, deciding, the API and the shell take a word's values from its enum
here. A new value is added here; what has to follow fails a test until it does. Pure, and below all
else.
"""
