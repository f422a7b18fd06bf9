"""SQLite: the embedded engine, in WAL, through apsw."""
