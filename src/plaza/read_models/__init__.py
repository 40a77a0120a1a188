"""The read side: one folder for each thing that a reader sees."""
