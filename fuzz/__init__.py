"""Fuzzing: every way in which bytes come in, with what must hold for any bytes. See ``docs/attacks.md``."""
