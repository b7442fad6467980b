"""Stories through the HTTP contract only, as a program with tokens lives them, against real processes."""
