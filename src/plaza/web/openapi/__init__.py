"""The OpenAPI document: made of the routes and of the types that they decode and encode."""
