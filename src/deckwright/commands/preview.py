"""`deckwright preview`: a project → its cards in a browser, as they change."""

from __future__ import annotations

from pathlib import Path

import click

from ._project import found_root, now, poll_option, project_option, say_deaf
from ._talk import command, fail, needing


@command("preview")
@project_option
@click.option("--open", "show", is_flag=True, help="Open the page in your browser.")
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(1, 65_535),
    help="The port of the page. Default: 7391, or the next one that is free.",
)
@click.option(
    "--editor",
    metavar="NAME",
    envvar="DECKWRIGHT_EDITOR",
    default="",
    help="Where links open your notes: vscode, cursor, idea, sublime, zed and others, an address with {path} and {line} in "
    "it, or none. Default: DECKWRIGHT_EDITOR, or the first of them that is installed.",
)
@poll_option
def preview(start: Path, show: bool, port: int | None, editor: str, poll: bool) -> None:
    """Show the cards in a browser while you write them.

    The page follows your files. It says what is wrong and where, and shows all the other cards. Nothing is built: neither the
    package nor deck.lock changes. You can also draw masks on your pictures there, and save them. Only this computer can open
    the page. Ctrl-C ends it.
    """
    with needing("preview", "To see a preview"):
        from .. import preview as previewing
        from ..preview import editors
    root = found_root(start)
    try:
        template = editors.template(editor)
    except ValueError as error:
        fail(2, f"{error}.", f"Known are: {', '.join(editors.EDITORS)}")
    try:
        previewing.serve(
            root,
            previewing.Wish(now(root), port, template, poll),
            lambda address: _say(root, address, show),
            say_deaf,
        )
    except previewing.PortError as error:
        fail(1, f"There is no free port: {error.strerror}.", "To try another one: --port")


def _say(root: Path, address: str, show: bool) -> None:
    click.echo(f"{root.name}: {address}")
    click.echo("Ctrl-C ends the preview.", err=True)
    if show:
        import webbrowser

        webbrowser.open(address)
