"""The text of a leaf block → its pieces with their places: the one inline grammar."""

from .pieces import HIDDEN, Kind, Piece, depth, flat, masked, shown, within
from .reader import read

__all__ = ["HIDDEN", "Kind", "Piece", "depth", "flat", "masked", "read", "shown", "within"]
