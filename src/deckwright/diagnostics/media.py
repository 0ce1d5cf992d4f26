"""M: media files. Their messages, and the pages of `deckwright explain`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from ..limits import MAX_MEDIA_BYTES, MAX_SVG_ATTRIBUTES, MAX_SVG_BYTES, MAX_SVG_ELEMENTS, MAX_SVG_NESTING
from ..mediatypes import CONVERTED, extension
from .declare import Words, declare


@declare("M001")
def missing(target: str, nearest: str) -> Words:
    """A file does not exist.

    A path is relative to the file that mentions it or to a media folder; with a leading `/`, to the project's folder.
    `![[name]]` finds the name in any folder of the project, except hidden ones and `build`.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/haert.svg)
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    if not target:
        return "the path is empty", "write the path of a file, as in `![A heart](../media/heart.svg)`"
    hint = f"did you mean `{nearest}`?" if nearest else "put the file there, or correct the path"
    return f"the file `{target}` does not exist", hint


@declare("M002")
def outside(target: str) -> Words:
    """A file is outside the project.

    The deck could be built only on this computer, and might publish a file that was never meant to be published. A
    symbolic link that leads out of the project counts too.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../../heart.svg)
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return f"`{target}` is outside the project", "copy the file into the media folder and refer to it there"


@declare("M003")
def ambiguous(target: str, places: Sequence[str]) -> Words:
    """Several files have the same name.

    Deckwright does not guess which one you mean: a guess could change whenever a file is added.

    Bad:
        ## Which organ is this? {.basic}
        ![[organ.svg]]
    Bad (media/left/organ.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Bad (media/right/organ.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 2 8 0 4 6z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![[left/organ.svg]]

        ![[right/organ.svg]]
    Good (media/left/organ.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good (media/right/organ.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 2 8 0 4 6z"/></svg>
    """
    listed = ", ".join(f"`{place}`" for place in places[:5]) + (" and others" if len(places) > 5 else "")
    return f"`{target}` could be any of {listed}", "write more of the path, so that only one of them fits"


@declare("M004")
def wrong_case(target: str, right: str) -> Words:
    """A path matches a file only if upper and lower case are ignored.

    Windows and macOS would find the file, but GitHub and Linux would not.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/Heart.svg)
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return f"`{target}` matches a file only if upper and lower case are ignored", f"write `{right}`"


@declare("M005")
def not_a_file(target: str, what: Literal["folder", "other"]) -> Words:
    """A path does not lead to a file.

    It leads to a folder, to a device, or to a symbolic link whose file is gone.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media)
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    found = "a folder" if what == "folder" else "not a file but a broken link or a device"
    return f"`{target}` is {found}", "write the path of a file"


@declare("M006")
def unreadable(place: str, reason: str) -> Words:
    """A file cannot be read.

    It exists, but the system does not let Deckwright read it, or it was deleted while the deck was built.
    """
    return f"`{place}` cannot be read: {reason}", "give yourself permission: `chmod u+r` on Linux and macOS"


@declare("M007")
def empty(place: str) -> Words:
    """A file is empty.

    There is nothing to show, and Anki does not sync empty files.
    """
    return f"`{place}` is empty", "save it again from the program that made it"


@declare("M008")
def too_large(place: str, size: int) -> Words:
    """A file is larger than 100 MiB.

    AnkiWeb does not accept it, so it would never reach a learner's phone.
    """
    return (
        f"`{place}` has {size >> 20} MiB, but Anki syncs at most {MAX_MEDIA_BYTES >> 20} MiB",
        "make it smaller, or split it",
    )


@declare("M009")
def pointer(place: str) -> Words:
    """A file is only a Git LFS pointer.

    Git LFS keeps the file itself elsewhere, and it was not downloaded.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.png)
    Bad (media/heart.png):
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 12345
    """
    return (
        f"`{place}` is a Git LFS pointer, not the file itself",
        "run `git lfs pull`; in a GitHub workflow, check out with `lfs: true`",
    )


@declare("M010")
def unsupported(place: str) -> Words:
    """A file is of a type that Anki does not show.

    These types work on every system: png, jpg, jpeg, gif, webp, avif, svg, ico; mp3, wav, ogg, oga, opus, flac, m4a,
    aac, weba; mp4, m4v, mov, mkv, 3gp, webm. With any other, learners would see a broken picture.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.eps)
    Bad (media/heart.eps):
        %!PS-Adobe-3.0 EPSF-3.0
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    ending = extension(place)
    why = f"is a .{ending} file, which Anki does not show" if ending else "has no extension, so Anki does not show it"
    return f"`{place}` {why}", "save pictures as png, jpg, webp or svg, sound as mp3, and film as webm or mp4"


@declare("M011")
def wrong_content(place: str, content: str) -> Words:
    """A file is not what its name says.

    Some programs go by the name and some by the content, so learners would see a broken picture. Most often a web page
    was saved in place of the picture.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.png)
    Bad (media/heart.png):
        <!DOCTYPE html>
        <title>Heart.png - Wikimedia Commons</title>
    """
    if content == "a web page":
        hint = "download the picture itself, not the page that shows it"
    elif content:
        hint = f"rename it, or save it again as a real .{extension(place)} file"
    else:
        hint = "save it again from the program that made it"
    return f"`{place}` is named .{extension(place)}, but it is {content or 'something else'}", hint


SvgProblem = Literal["large", "elements", "attributes", "nested", "not XML", "namespace", "root", "DOCTYPE", "UTF-16"]
"""Why an SVG cannot be used; `broken_svg` has the words."""


@declare("M012")
def broken_svg(place: str, problem: SvgProblem, detail: str = "") -> Words:
    """An SVG cannot be used.

    Scripts are removed before others get it. To be read for that, it must be XML in the SVG namespace, of at most 5 MiB.
    A DOCTYPE that declares entities is refused: they can grow without limit and read other files.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Bad (media/heart.svg):
        <svg viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    match problem:
        case "large":
            why, hint = f"is larger than {MAX_SVG_BYTES >> 20} MiB", "simplify it, or save it as a PNG"
        case "elements":
            why, hint = f"has more than {MAX_SVG_ELEMENTS:,} elements", "simplify it, or save it as a PNG"
        case "attributes":
            why, hint = (
                f"has an element with more than {MAX_SVG_ATTRIBUTES} attributes",
                "simplify it, or save it as a PNG",
            )
        case "nested":
            why, hint = f"is nested more than {MAX_SVG_NESTING} deep", "ungroup what needs no group"
        case "not XML":
            why, hint = f"is not XML: {detail}", "save it again, as SVG, from the program that drew it"
        case "namespace":
            why, hint = "has no SVG namespace", 'begin it with `<svg xmlns="http://www.w3.org/2000/svg"`'
        case "root":
            why, hint = f"is not an SVG: its root element is `<{detail}>`", "save the drawing itself, as SVG"
        case "DOCTYPE":
            why = "declares entities or attributes in its DOCTYPE"
            hint = "save it as plain SVG (Inkscape), use Export As (Illustrator), or delete the DOCTYPE"
        case "UTF-16":
            why, hint = "is in UTF-16", "save it in UTF-8"
    return f"`{place}` {why}", hint


@declare("M013", "warning")
def cleaned(what: str, count: int) -> Words:
    """Something was removed from an SVG.

    A picture on a card does nothing and loads nothing, and its author may be someone else. So scripts, web pages inside
    the drawing (`<foreignObject>`) and everything that would be loaded from elsewhere are not shipped. The file itself
    is not changed.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" onload="beat()"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    if what.lower() == "<foreignobject>":
        hint = "check for missing labels; export with plain text (Mermaid: `htmlLabels: false`; draw.io: no Formatted Text)"
    elif what.startswith("<") or what.startswith("on"):
        hint = "delete it from the drawing: it does nothing on a card"
    else:
        hint = "put what it refers to into the drawing: a card loads nothing"
    return f"`{what}` was removed from the drawing" + (f", {count} times" if count > 1 else ""), hint


@declare("M014", "warning")
def unsized() -> Words:
    """An SVG does not say how large it is.

    Without a viewBox, or a width and a height, Anki shows only its upper left corner, 300 × 150 pixels.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return (
        "the drawing has neither a viewBox nor a width and height, so Anki crops it",
        'say how large it is: `viewBox="0 0 WIDTH HEIGHT"`',
    )


@declare("M015", "warning")
def remote(url: str, pictures: int = 1) -> Words:
    """A file is on the web, not in the project.

    Learners would see it only while they are online and the file still exists, and its host would see when they study.
    If several files are on one host, only the first of them is named.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](https://example.org/heart.svg)
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    many = {1: "", 2: ", as is 1 more"}.get(pictures, f", as are {pictures - 1} more")
    return (
        f"the picture is loaded from {host(url)} during reviews{many}",
        f"download {'them' if pictures > 1 else 'it'} into the media folder and refer to {'them' if pictures > 1 else 'it'} there",
    )


def host(url: str) -> str:
    """The host that an address names, in lower case, or all of the address.

    Browsers take any number of slashes for two, and backslashes too (WHATWG, URL).
    """
    found = re.match(r"\s*(?:https?:[/\\]*|//)(?:[^/?#\\]*@)?([^/?#\\]+)", url, re.IGNORECASE)
    return found[1].lower() if found else url


@declare("M016", "warning")
def unused_file(place: str) -> Words:
    """No note uses a file in a media folder.

    It is not shipped: Anki does not import files that no note shows. It may be left over, or the section that shows it
    is not a note.

    Bad:
        ## Which organ is the size of a fist? {.basic}
        The heart.
    Bad (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    Good:
        ## Which organ is the size of a fist? {.basic}
        ![The heart](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    return f"no note uses `{place}`", "refer to it in a note, or delete it"


@declare("M017", "warning")
def not_everywhere(place: str) -> Words:
    """A sound or a film does not play everywhere.

    Anki plays it on a computer. Most phones play no avi, flv, mpg, wma or wmv, and of an ogv they play the sound only.

    Bad:
        ## What does a heart sound like? {.basic}
        ![](../media/heart.wma)
    Bad (media/heart.wma):
        (a sound)
    Good:
        ## What does a heart sound like? {.basic}
        ![](../media/heart.mp3)
    Good (media/heart.mp3):
        (a sound)
    """
    ending = extension(place)
    return f"`{place}` is a .{ending} file, which most phones do not play", f"convert it to {CONVERTED[ending]}"


@declare("M018", "warning")
def fragment(written: str) -> Words:
    """A part of a media file is named.

    Anki imports a file by its name alone, so the card shows all of a picture and plays a sound or a film from its start.

    Bad:
        ## What does a heart sound like? {.basic}
        ![](../media/heart.mp3#t=10)
    Bad (media/heart.mp3):
        (a sound)
    Good:
        ## What does a heart sound like? {.basic}
        ![](../media/heart.mp3)
    Good (media/heart.mp3):
        (a sound)
    """
    return f"`{written}` is left out: the card shows or plays the whole file", "remove it, or cut the file"


@declare("M019")
def no_path(scheme: str) -> Words:
    """The address of a picture is neither a path nor on the web.

    A `data:` address contains the picture itself, which would be copied into the note and never synchronised as a file.
    Other addresses, such as `app:` or `blob:`, mean something to one program on one computer only.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](data:image/gif;base64,R0lGODlhAQABAAAAACw=)
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](../media/heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    if scheme == "data":
        return "the address contains the picture itself", "save it as a file in the media folder and refer to it there"
    return (
        f"a card shows nothing from an address that begins with `{scheme}:`",
        "save the file in the media folder and refer to it there",
    )


@declare("M020", "warning")
def only_named(name: str, number: int) -> Words:
    """A file is not in the project, and `absent.txt` says so.

    Somebody gave a deck without its pictures and sounds, and `deckwright adopt` made a project of it. The cards name these
    files as before, so nobody loses one who has them. New learners see nothing there. The list is in a media folder, with a
    name on each line; a file that is in the project is shipped, whether it is in the list or not.

    Bad:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](heart.svg)
    Bad (media/absent.txt):
        heart.svg
    Good:
        ## Which organ is this? {.basic}
        ![A fist-sized muscle](heart.svg)
    Good (media/heart.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M4 8 0 3 2 0l2 2 2-2 2 3z"/></svg>
    """
    what = f"the file `{name}` is" if number == 1 else f"the file `{name}` and {number - 1:,} more are"
    hint = "put each into the media folder if you can get it, and take its name out of this list"
    return f"{what} not in the project: new learners see nothing in its place", hint
