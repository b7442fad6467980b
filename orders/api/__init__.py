"""The HTTP door of orders: parses, calls, answers; decides nothing."""
