"""What this wing does: one verb a file. All its writes are here."""
