"""What `plaza up` starts, watches and stops."""
