"""What leaves the ledger for an auditor, in formats other tools read."""
