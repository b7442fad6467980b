"""The HTTP door of accounts: parses, calls, answers; decides nothing."""
