"""The one query language: a text → its tree; tree × entry → bool. The store finds by the same tree."""

from .grammar import Problem, parse
from .matching import matches
from .tree import Node

__all__ = ["Node", "Problem", "matches", "parse"]
