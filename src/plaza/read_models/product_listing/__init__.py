"""What is on sale, a card a product, for everybody; milliseconds behind the commands."""
