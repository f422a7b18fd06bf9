"""glibc's allocator (malloc.h, mallopt(3)), told what kind of process it serves. Elsewhere there is nothing to tell."""

import ctypes
import sys
from collections.abc import Mapping
from typing import Final, Literal

Option = Literal["trim_threshold", "top_pad", "mmap_threshold", "arena_max"]

_NUMBERS: Final[Mapping[Option, int]] = {"trim_threshold": -1, "top_pad": -2, "mmap_threshold": -3, "arena_max": -8}


def tell(wishes: Mapping[Option, int]) -> None:
    """Set options of this process's allocator: bytes, or for ``arena_max`` how many arenas its threads share."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for option, value in wishes.items():
            mallopt(_NUMBERS[option], value)
