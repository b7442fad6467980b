"""What every room stands on: the families of errors, the clock, time-ordered ids. Imports no room."""
