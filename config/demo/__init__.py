"""Demo data: people, a flow, orders and refunds to look at. Safe to repeat; only the roof may join the wings."""
