"""The text of a leaf block → its pieces with their places: the one inline grammar."""

from .pieces import HIDDEN, Kind, Piece, depth, flat, masked, note_name, shown, within
from .reader import SOUND, read

__all__ = ["HIDDEN", "SOUND", "Kind", "Piece", "depth", "flat", "masked", "note_name", "read", "shown", "within"]
