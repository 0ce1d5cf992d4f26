"""Where things are on the web: the line that a note was built from, a version, and where a mistake is reported."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from ..model import Settings, Span
from ..settings import page_of_note

_HOSTS = {
    "github.com": ("{url}/blob/{commit}/{path}#L{line}", "{url}/issues/new?title={title}&body={body}"),
    "gitlab.com": (
        "{url}/-/blob/{commit}/{path}#L{line}",
        "{url}/-/issues/new?issue[title]={title}&issue[description]={body}",
    ),
    "codeberg.org": ("{url}/src/commit/{commit}/{path}#L{line}", "{url}/issues/new?title={title}&body={body}"),
}
"""The hosts of repositories that are known: the address of a line, and of a new issue."""

_SAID = re.compile(r"title|subject|body|description|issue\[(?:title|description)\]")
"""What takes words: a version can stand there beside the ID. Anything else might look the ID up."""


def line(settings: Settings, commit: str, prefix: str, span: Span) -> str:
    """The address of the line, where the setting `url` names a repository on a host that is known; else empty."""
    repository = _repository(settings.url)
    if not repository or not commit or not span.line:
        return ""
    path = quote(f"{prefix}{span.path}")
    return _HOSTS[_host(repository)][0].format(url=repository, commit=commit, path=path, line=span.line)


def released(settings: Settings, tag: str) -> str:
    """The page of a tag on GitHub, where `deck-release.yml` publishes the files of a release; empty for any other host."""
    repository = _repository(settings.url)
    if not repository or _host(repository) != "github.com":
        return ""
    return f"{repository}/releases/tag/{quote(tag)}"


def report(settings: Settings, id_: str, version: str) -> str:
    """Where a mistake in a note is reported, with its ID and the version as far as the address takes them; else empty.

    It is the author's `report_url` or, where that leads to the site itself, a new issue in the repository.
    """
    if settings.report_url and settings.report_url != page_of_note(settings.site):
        return _filled(settings.report_url, id_, version)
    repository = _repository(settings.url)
    if not repository:
        return ""
    body = quote(f"Version {version}\n\n")
    return _HOSTS[_host(repository)][1].format(url=repository, title=quote(id_), body=body)


def _filled(address: str, id_: str, version: str) -> str:
    parts = urlsplit(address)
    pairs = [
        (key, value.replace("{id}", f"{id_} ({version})" if _SAID.fullmatch(key) else id_))
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    if (parts.hostname or "") in _HOSTS and parts.path.endswith("/issues/new") and "body" not in dict(pairs):
        pairs.append(("body", f"Version {version}\n\n"))
    return urlunsplit(
        (
            parts.scheme,
            parts.netloc,
            parts.path.replace("{id}", id_),
            urlencode(pairs, quote_via=quote),
            parts.fragment.replace("{id}", id_),
        )
    )


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _repository(address: str) -> str:
    """The address without what stands behind it, if it is that of a repository: `https://HOST/OWNER/NAME`; else empty."""
    parts = urlsplit(address)
    names = parts.path.strip("/").removesuffix(".git").split("/")
    is_known = _host(address) in _HOSTS and len(names) >= 2 and all(names) and not parts.query
    return f"https://{_host(address)}/{'/'.join(names)}" if is_known else ""
