"""The words that everything else shares; nothing here does I/O."""
