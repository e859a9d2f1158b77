"""From a promise to readers to a frozen issue: schedule → select → compose → freeze."""
