"""Node types of the ground floor whose work leaves the house; `workflows.engine.nodes` has those that only decide."""
