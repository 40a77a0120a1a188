"""How facts become rows: projections, the steps they take, the followers that take them."""
