"""A package → the Anki on this computer, by its add-on AnkiConnect; and what of it is there as it was built."""

from .ankiconnect import KEY, AnkiConnect, Missing, Refused, Unheard
from .pushed import last, remember
from .standing import Differing, Standing, Watch, stand

__all__ = [
    "KEY",
    "AnkiConnect",
    "Differing",
    "Missing",
    "Refused",
    "Standing",
    "Unheard",
    "Watch",
    "last",
    "remember",
    "stand",
]
