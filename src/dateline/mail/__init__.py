"""The door for newsletters, LMTP and SMTP → ``refresh.mail``: answered only when what came is stored."""

from .intake import Intake

__all__ = ["Intake"]
