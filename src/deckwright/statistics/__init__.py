"""A project's notes → how many there are of everything, what they lack, how long their answers are; and the words for it."""

from .counts import Answers, Count, File, Statistics, count
from .forms import to_json, to_text

__all__ = ["Answers", "Count", "File", "Statistics", "count", "to_json", "to_text"]
