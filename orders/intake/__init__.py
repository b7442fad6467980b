"""How orders come in: by HTTP and by files, always through the same action."""
