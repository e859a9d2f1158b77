"""Who works here and what they may do: verbs, operators' tokens, publications, incidents."""
