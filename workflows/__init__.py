"""The ground floor: a pure workflow engine inside a Django shell."""
