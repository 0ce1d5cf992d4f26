"""Values → answers of the preview in JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response


def json(value: Any, status: int = 200) -> Response:
    """The value, for the page."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def late() -> Response:
    """What is said before there is an index."""
    return json({"message": "The notes are still being read."}, 503)
