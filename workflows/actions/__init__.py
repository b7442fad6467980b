"""All writes of the ground floor that others may ask for, one noun a file."""
