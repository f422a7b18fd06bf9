"""The pages, one module each: a ``Visit`` → a ``Response``."""
