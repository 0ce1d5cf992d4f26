"""Blocks of Markdown → the HTML of a note's fields, with marks where cloze numbers and names of media are put in later."""

from .direction import runs_left
from .fields import Renderer
from .text import folded, plain, replaced

__all__ = ["Renderer", "folded", "plain", "replaced", "runs_left"]
