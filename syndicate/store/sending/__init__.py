"""The ledger: every mail to every recipient, who may send it, and what became of it."""
