"""One recipient's message as bytes: headers, merged body, DKIM signature."""
