"""What a sender's domain and its relay need in DNS: *wanted, found, what to do*, line by line.

`resolver` alone asks DNS; `spf`, `dkim_key`, `dmarc` and `rules` decide over what it answered;
`check` looks, and `steering` looks because somebody asked and keeps what was found.
"""
