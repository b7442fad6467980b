"""All tests of the backend; `engine/` needs no database, `e2e/` needs a browser."""
