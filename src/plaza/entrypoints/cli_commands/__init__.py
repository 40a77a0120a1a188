"""What `plaza <word>` does, one file a word."""
