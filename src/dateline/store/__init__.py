"""Remember and find: ``Tx, values → values``. SQL stands next to the function that names it, for both engines."""

from .db import Database, Tx
from .opening import open_database

__all__ = ["Database", "Tx", "open_database"]
