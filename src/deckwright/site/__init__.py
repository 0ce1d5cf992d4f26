"""A project → a site for those who learn its deck: static pages, which need no script and ask nobody else for anything.

`shown` finds what the site shows, `pages` writes it.
"""

from ..release import Refusal
from .make import Site, Wish, make

__all__ = ["Refusal", "Site", "Wish", "make"]
