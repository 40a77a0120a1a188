"""The outside world, behind the ports that others define."""
