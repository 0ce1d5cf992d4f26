"""The notes of a project → their cards, for whoever reads them through before a release.

`choice` says which notes, `entries` what is read on each of their cards. `text`, `json` and `page` are the three forms:
for a terminal, for programs, and as one page of HTML with the look that learners get.
"""

from .choice import Choice, Chosen, Nothing, choose
from .entries import Entry, entries
from .json import to_json
from .page import Page, to_page
from .text import to_text

__all__ = ["Choice", "Chosen", "Entry", "Nothing", "Page", "choose", "entries", "to_json", "to_page", "to_text"]
