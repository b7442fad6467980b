"""The order itself: its lines, sums and status."""
