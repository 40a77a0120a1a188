"""A payment provider of play money: an outside world of its own, with books of its own."""
