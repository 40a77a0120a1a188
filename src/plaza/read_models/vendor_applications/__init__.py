"""Every vendor in its standing, for operators only: who has applied, who waits for a review."""
