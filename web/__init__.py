"""HTTP manners that all api rooms share: strict JSON, problem+json errors, cursors, sign-in, permissions."""
