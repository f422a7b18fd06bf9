"""What a person may do: check the right, do, record. ``db, user, request value, now → value``."""
