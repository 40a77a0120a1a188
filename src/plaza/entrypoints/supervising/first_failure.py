def first_of(failure: Exception) -> Exception:
    """What failed first, of what was done side by side."""
    while isinstance(failure, ExceptionGroup):
        failure = failure.exceptions[0]
    return failure
