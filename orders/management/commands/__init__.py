"""Commands of the orders wing."""
