"""Two packages, and what differs between them → one page of HTML with the old and the new cards side by side.

`faces` makes the cards of a note, whatever tool has written it, and `page` puts them into the page.
"""

from .faces import Side
from .page import Page, to_page

__all__ = ["Page", "Side", "to_page"]
