"""`deckwright explain`: the code of a diagnostic → its page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ._talk import command, fail, folded, next_steps, terminal_columns

if TYPE_CHECKING:
    from ..diagnostics import Page


@command("explain S003")
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a code and, where it helps, show an example.

    Without CODE, list all codes.
    """
    from .. import diagnostics, lint, names

    pages = lint.PAGES
    columns = terminal_columns(sys.stdout)
    if code is None:
        listed = "\n".join(f"{page.code}  {page.title}" for _, page in sorted(pages.items()))
        click.echo(folded(listed, columns))
        next_steps("deckwright explain CODE")
    elif page := pages.get(code.upper()):
        click.echo(diagnostics.explain(page, columns))
        if page.code in lint.RULES:
            click.echo(folded(f"\n{_ways(page)}", columns))
        next_steps("deckwright check")
    else:
        whole = code[:1].upper() + code[1:].zfill(3)
        near = whole if whole in pages else names.nearest(code, pages, 1)
        meant = f" Did you mean {near}?" if near else ""
        fail(2, f"There is no code {code}.{meant}", "To list all codes: deckwright explain")


def _ways(page: Page) -> str:
    """How to live with a rule for cards. It knows of no project, so it says what a rule is by itself."""
    in_settings = "write below [lint] in the settings"
    if not page.is_on:
        return (
            f'To turn it on, {in_settings}: {page.code} = "hint"\n'
            f'To let one note break it then, say why in its tag: allow="{page.code} …"'
        )
    return (
        f'To let one note break this rule, say why in its tag: allow="{page.code} …"\n'
        f'To turn it off for all notes, {in_settings}: {page.code} = "off"'
    )
