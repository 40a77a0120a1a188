"""The log of facts: appended by commands, put in order after commit, read by position."""
