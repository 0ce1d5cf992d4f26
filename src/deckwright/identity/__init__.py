"""Notes as written → notes that learners have: the ledger, what each note is known by, and releases."""

from .assign import Assigned, Terms, assign
from .ledger import Ledger
from .minting import guid
from .release import refusal, release, sealed

__all__ = ["Assigned", "Ledger", "Terms", "assign", "guid", "refusal", "release", "sealed"]
