"""People with addresses: subscribers, recipients, suppressions, readers brought in by files."""
