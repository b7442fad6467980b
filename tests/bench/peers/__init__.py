"""Other ways to run the same refund flow, measured beside ours: an engine, the ORM by hand, and the floor."""
