"""A payment provider that ships with the product: a remote party on its own connection that misbehaves when told to."""
