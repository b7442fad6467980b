"""Orders, payments and refunds, and the nodes that act on them. Knows nothing of approvals."""
