"""The HTTP door of workflows: parses, calls, answers; decides nothing."""
