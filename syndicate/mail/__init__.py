"""From a row of the ledger to a relay that said 250: messages, lanes, leases, SMTP."""
