"""How often somebody may ask: policies, where they are counted, and how a refusal is told."""
