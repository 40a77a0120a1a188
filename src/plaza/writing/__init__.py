"""How a command becomes rows and facts: one command, one transaction."""
