"""HTTP doors to tasks and to the people a flow may name."""
