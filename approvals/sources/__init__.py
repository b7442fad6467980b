"""Where the organisation is told from outside: one port, and the sources behind it. They write nothing here."""
