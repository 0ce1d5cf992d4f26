"""A project → its cards in a browser, as they change: for the author who writes them.

Nothing is built: an author who looks expects neither a new `deck.lock` nor a new package, and may have `deckwright watch` at
work beside it. So a note is shown as the next build would make it, with the identity that this would give it.
"""

from .server import HOST, PORT, PortError, Wish, serve

__all__ = ["HOST", "PORT", "PortError", "Wish", "serve"]
