"""What follows later from what has happened: one file for each consequence."""
