"""PostgreSQL: the big engine, through psycopg 3 and its pool."""
