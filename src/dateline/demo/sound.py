"""``Sound`` → a small WAV file: 8-bit, mono, 11,025 samples a second, made of sines.

A bell is a few inharmonic partials that die away, a horn a steady fundamental with odd partials, a whistle a sine that
wavers.
"""

import io
import math
import wave
from collections.abc import Callable
from functools import cache

from .outlet import Sound

RATE = 11_025
HEADER_BYTES = 44
STROKE_SECONDS = {"bell": 1.75, "horn": 2.75, "whistle": 1.25}
"""How long each note has before the next one begins."""

TAIL_SECONDS = 1.5
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_BELL = ((0.5, 0.35, 0.9), (1.0, 0.5, 1.6), (1.19, 0.25, 2.2), (1.56, 0.18, 3.0), (2.0, 0.22, 3.4), (2.74, 0.1, 5.0))
"""Partials of a bell (hum, prime, tierce, quint, nominal, upper): ratio, loudness, decay a second."""


def seconds_of(sound: Sound) -> float:
    """How long the sound lasts."""
    return len(sound.notes) * STROKE_SECONDS[sound.voice] + TAIL_SECONDS


def length_of(sound: Sound) -> int:
    """How many bytes its file has, without making it."""
    return HEADER_BYTES + int(seconds_of(sound) * RATE)


@cache
def wav(sound: Sound) -> bytes:
    """The sound as a WAV file."""
    samples = [0.0] * int(seconds_of(sound) * RATE)
    for place, note in enumerate(sound.notes):
        _strike(samples, int(place * STROKE_SECONDS[sound.voice] * RATE), frequency(note), sound.voice)
    loudest = max(map(abs, samples)) or 1.0
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(bytes(int(128 + 118 * sample / loudest) for sample in samples))
    return written.getvalue()


def frequency(note: str) -> float:
    """``A4`` → 440.0 Hz; ``-`` is a rest, 0 Hz. ``#`` raises by a semitone."""
    if note == "-":
        return 0.0
    semitone = _SEMITONES[note[0]] + (1 if "#" in note else 0) + 12 * int(note[-1])
    return 440.0 * math.pow(2.0, (semitone - 57) / 12)


def _strike(samples: list[float], start: int, pitch: float, voice: str) -> None:
    """Add one note to the samples from ``start`` on."""
    if not pitch:
        return
    tone = _TONES[voice]
    length = int((STROKE_SECONDS[voice] + TAIL_SECONDS) * RATE)
    for i in range(min(length, len(samples) - start)):
        samples[start + i] += tone(i / RATE, pitch)


def _bell(t: float, pitch: float) -> float:
    turn = math.tau * pitch * t
    return sum(loud * math.exp(-decay * t) * math.sin(ratio * turn) for ratio, loud, decay in _BELL)


def _horn(t: float, pitch: float) -> float:
    turn = math.tau * pitch * t
    return _swell(t, 2.2) * (
        math.sin(turn) + 0.4 * math.sin(3 * turn) + 0.2 * math.sin(5 * turn) + 0.1 * math.sin(2 * turn)
    )


def _whistle(t: float, pitch: float) -> float:
    return _swell(t, 1.0) * math.sin(math.tau * pitch * t + 1.5 * math.sin(math.tau * 5.5 * t))


def _swell(t: float, length: float) -> float:
    """Loudness of a blown note: 0 → 1 in a tenth of a second, back to 0 before ``length``."""
    return max(0.0, min(1.0, t / 0.1, (length - t) / 0.3))


_TONES: dict[str, Callable[[float, float], float]] = {"bell": _bell, "horn": _horn, "whistle": _whistle}
