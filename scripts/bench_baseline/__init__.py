"""The product list written the usual way, to compare plaza's with: FastAPI, SQLAlchemy, Pydantic."""
