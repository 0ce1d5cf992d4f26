"""The references in notes → the media files that a package carries."""

from .library import Library

__all__ = ["Library"]
