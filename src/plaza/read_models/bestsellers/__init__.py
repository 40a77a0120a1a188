"""What is bought most, a card a product, for everybody; milliseconds behind the orders."""
