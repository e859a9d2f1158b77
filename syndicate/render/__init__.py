"""Data to bytes: templates, mails rendered once and cut, copies merged per reader."""
