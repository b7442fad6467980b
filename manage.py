#!/usr/bin/env python3
"""The one door: `up`, `verify` and Django's commands. Standard library only until `.venv` exists."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Orderflow needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

from config import door

if __name__ == "__main__":
    sys.exit(door.main(sys.argv))
