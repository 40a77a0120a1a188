"""How rows are asked: pools, pages, and how fresh an answer is."""
