"""Read models as their operators see them: how far they are, what stands still, what differs."""
