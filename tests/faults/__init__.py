"""What must survive kills, restarts and races: real processes, real rows, small numbers that fit into every run."""
