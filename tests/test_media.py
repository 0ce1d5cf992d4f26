"""From a mention in a note to the file that is shipped: found, named by its content, cleaned, or refused with a reason."""

from __future__ import annotations

import hashlib
import os
import socket
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from scratch import DAY_ONE, Scratch
from told import told

from deckwright import files
from deckwright.diagnostics import PAGES, Diagnostic, flood
from deckwright.diagnostics.media import no_path, remote
from deckwright.diagnostics.note import only_links
from deckwright.limits import MAX_SVG_BYTES, MAX_SVG_ELEMENTS
from deckwright.media import library as media
from deckwright.media.library import Library
from deckwright.mediatypes import AUDIO, PICTURES, VIDEO
from deckwright.model import Media, Reference, Span

if TYPE_CHECKING:
    from anki.collection import Collection

PNG = b"\x89PNG\r\n\x1a\nof a heart"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 8 8"'
AT = Span("cards/bones/a.md", 3, 5, 12, "See ![a heart](x.png)")


def write(root: Path, *paths: str, content: bytes = PNG) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def resolve(root: Path, target: str, by_name: bool = False, at: Span = AT) -> tuple[Media | None, list[Diagnostic]]:
    return Library(root, ["media", "img"]).resolve(Reference(target, by_name, at))


def place(root: Path, target: str, by_name: bool = False, at: Span = AT) -> str:
    """Where the file is that was found without complaint."""
    found, problems = resolve(root, target, by_name, at)
    assert problems == []
    assert found is not None
    return found.path.relative_to(root).as_posix()


def refusal(root: Path, target: str, by_name: bool = False) -> tuple[str, str, str]:
    """Code, message and hint of the one error, which stands where the file is mentioned."""
    found, problems = resolve(root, target, by_name)
    assert found is None
    (problem,) = problems
    assert (problem.span, problem.severity) == (AT, "error")
    return problem.code, problem.message, problem.hint


def name(stem: str, source: bytes, extension: str) -> str:
    return f"{stem}-{hashlib.sha256(source).hexdigest()[:12]}{extension}"


def test_a_file_is_named_by_its_stem_and_content(tmp_path: Path) -> None:
    write(tmp_path, "media/Ein Herz_è (2).PNG")
    digest = hashlib.sha256(PNG).hexdigest()
    expected = Media(tmp_path / "media/Ein Herz_è (2).PNG", f"ein-herz-e-2-{digest[:12]}.png", digest)
    assert resolve(tmp_path, "Ein Herz_è (2).PNG") == (expected, [])
    assert expected.read() == PNG


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("日本.png", "media"),
        ("latex-form.png", "media-latex-form"),
        ("latex.png", "media-latex"),
        ("latextable.png", "latextable"),
        ("_static.png", "static"),
        (f"{'x' * 59}-{'y' * 40}.png", "x" * 59),
    ],
)
def test_a_name_is_plain_short_and_none_that_anki_keeps_for_itself(tmp_path: Path, file: str, expected: str) -> None:
    write(tmp_path, f"media/{file}")
    found, _ = resolve(tmp_path, file)
    assert found is not None
    assert found.name == name(expected, PNG, ".png")


def test_a_new_content_has_a_new_name(tmp_path: Path) -> None:
    write(tmp_path, "media/heart.png")
    before, _ = resolve(tmp_path, "heart.png")
    write(tmp_path, "media/heart.png", content=PNG + b"s")
    after, _ = resolve(tmp_path, "heart.png")
    assert before is not None and after is not None
    assert (before.name, after.name) == (name("heart", PNG, ".png"), name("heart", PNG + b"s", ".png"))


def test_equal_files_of_equal_name_are_one_media(tmp_path: Path) -> None:
    write(tmp_path, "media/a/Heart.png", "media/b/heart.png")
    library = Library(tmp_path, ["media"])
    one, _ = library.resolve(Reference("a/Heart.png", False, AT))
    other, _ = library.resolve(Reference("b/heart.png", False, AT))
    assert one is not None and one is other


def test_two_files_never_get_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "HASH_LENGTH", 0)  # So that their hashes begin alike, which else none do.
    write(tmp_path, "media/a/heart.png")
    write(tmp_path, "media/b/heart.png", content=PNG + b"s")
    library = Library(tmp_path, ["media"])
    library.resolve(Reference("a/heart.png", False, AT))
    with pytest.raises(ValueError, match=r"would both be called heart-\.png"):
        library.resolve(Reference("b/heart.png", False, AT))


def test_a_path_is_relative_to_its_file_then_to_the_media_folders_in_order(tmp_path: Path) -> None:
    everywhere = ["img/x.png", "media/x.png", "cards/bones/x.png"]
    for path in everywhere:
        write(tmp_path, path, "x.png")
        assert place(tmp_path, "x.png") == path
        assert place(tmp_path, "/x.png") == "x.png"


@pytest.mark.parametrize(
    "target", ["../../media/sub/x.png", "sub/x.png", "./sub/x.png", "/media/sub/x.png", "sub/../sub//x.png"]
)
def test_a_path_may_go_up_and_down(tmp_path: Path, target: str) -> None:
    write(tmp_path, "media/sub/x.png")
    assert place(tmp_path, target) == "media/sub/x.png"


def test_a_path_finds_what_is_hidden_or_made(tmp_path: Path) -> None:
    write(tmp_path, "build/x.png", ".attachments/x.png")
    assert place(tmp_path, "/build/x.png") == "build/x.png"
    assert place(tmp_path, "../../.attachments/x.png") == ".attachments/x.png"


def test_a_name_is_found_anywhere_but_in_what_is_hidden_or_made(tmp_path: Path) -> None:
    write(tmp_path, "cards/deep/er/x.png", "build/x.png", ".trash/x.png", "node_modules/x.png", ".venv/x.png")
    assert place(tmp_path, "x.png", by_name=True) == "cards/deep/er/x.png"
    assert place(tmp_path, "er/x.png", by_name=True) == "cards/deep/er/x.png"
    assert place(tmp_path, "X.PNG", by_name=True) == "cards/deep/er/x.png"


def test_a_hidden_media_folder_is_searched_for_names(tmp_path: Path) -> None:
    write(tmp_path, ".attachments/x.png")
    found, _ = Library(tmp_path, [".attachments"]).resolve(Reference("x.png", True, AT))
    assert found is not None
    assert found.path == tmp_path / ".attachments/x.png"


def test_a_name_with_a_path_is_told_from_its_namesakes(tmp_path: Path) -> None:
    write(tmp_path, "media/left/x.png", "media/right/x.png", "left/x.png", "media/aleft/x.png")
    assert place(tmp_path, "right/x.png", by_name=True) == "media/right/x.png"
    assert place(tmp_path, "left/x.png", by_name=True) == "left/x.png"
    assert place(tmp_path, "../../media/left/x.png", by_name=True) == "media/left/x.png"
    assert refusal(tmp_path, "x.png", by_name=True) == (
        "M003",
        "`x.png` could be any of `left/x.png`, `media/aleft/x.png`, `media/left/x.png`, `media/right/x.png`",
        "write more of the path, so that only one of them fits",
    )


@pytest.mark.parametrize("by_name", [False, True])
def test_a_percent_sign_in_a_real_name_is_found_either_way(tmp_path: Path, by_name: bool) -> None:
    write(tmp_path, "media/a%20b.png", "media/100%.png")
    assert place(tmp_path, "a b.png", by_name) == "media/a%20b.png"
    assert place(tmp_path, "a%20b.png", by_name) == "media/a%20b.png"
    assert place(tmp_path, "100%.png", by_name) == "media/100%.png"
    write(tmp_path, "media/a b.png")
    assert place(tmp_path, "a b.png", by_name) == "media/a b.png"


@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("in_note", ["NFC", "NFD"])
def test_composed_and_decomposed_names_are_the_same(tmp_path: Path, by_name: bool, on_disk: str, in_note: str) -> None:
    stored = unicodedata.normalize(on_disk, "media/Ångström/é.png")
    write(tmp_path, stored)
    assert place(tmp_path, unicodedata.normalize(in_note, "Ångström/é.png"), by_name) == stored


@pytest.mark.parametrize("by_name", [False, True])
def test_a_query_or_fragment_is_ignored_unless_the_file_is_called_so(tmp_path: Path, by_name: bool) -> None:
    write(tmp_path, "media/C# x.png")
    for target in ("C# x.png?raw=true", "C# x.png#part", "C# x.png?raw=true#part"):
        assert place(tmp_path, target, by_name) == "media/C# x.png"
    write(tmp_path, "media/C# x.png#part.png")
    assert place(tmp_path, "C# x.png#part.png", by_name) == "media/C# x.png#part.png"


@pytest.mark.parametrize(
    ("target", "by_name", "suggestion"),
    [
        ("../media/heart.png", False, "../../media/organs/heart.png"),
        ("hearth.svg", False, "../../media/organs/heart.png"),
        ("..\\..\\media\\organs\\heart.png", False, "../../media/organs/heart.png"),
        ("/media/haert.png", False, "/media/organs/heart.png"),
        ("Heart1.png", True, "heart.png"),
        ("left kidny.png", False, "../../img/left%20kidney.png"),
    ],
)
def test_what_is_missing_is_told_with_what_is_called_most_alike(
    tmp_path: Path, target: str, by_name: bool, suggestion: str
) -> None:
    write(tmp_path, "media/organs/heart.png", "img/left kidney.png")
    expected = ("M001", f"the file `{target}` does not exist", f"did you mean `{suggestion}`?")
    assert refusal(tmp_path, target, by_name) == expected


def test_what_is_missing_and_like_nothing_has_no_suggestion(tmp_path: Path) -> None:
    write(tmp_path, "media/heart.png", "media/lung.md")
    hint = "put the file there, or correct the path"
    assert refusal(tmp_path, "lung.png") == ("M001", "the file `lung.png` does not exist", hint)
    assert refusal(tmp_path, "a\0b.png") == ("M001", "the file `a\0b.png` does not exist", hint)


def test_an_empty_path_is_missing(tmp_path: Path) -> None:
    hint = "write the path of a file, as in `![A heart](../media/heart.svg)`"
    assert refusal(tmp_path, "") == ("M001", "the path is empty", hint)


def test_a_file_in_the_list_of_absent_files_may_be_missing_or_no_picture(tmp_path: Path) -> None:
    """A diagram needs its picture: of it, the list says nothing."""
    write(tmp_path, "img/here.png")
    write(tmp_path, "img/pointer.png", content=media.POINTER)
    listed = "here.png\r\nhe\u0301art 1.png\nbones/x.png\n\npointer.png".encode()
    write(tmp_path, "img/absent.txt", content=listed)
    assert place(tmp_path, "here.png") == "img/here.png"
    for name in ("héart 1.png", "pointer.png"):
        assert resolve(tmp_path, name) == (Media(tmp_path / name, name, "", is_absent=True), [])
    assert [refusal(tmp_path, name)[0] for name in ("bones/x.png", "y.png")] == ["M001", "M001"]
    reference = Reference("héart 1.png", False, AT)
    missing = Library(tmp_path, ["img"]).resolve(reference, may_be_absent=False)
    assert (missing[0], [each.code for each in missing[1]]) == (None, ["M001"])


def test_an_absent_file_is_named_and_not_shipped(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "project")
    write(scratch.root, "media/here.png")
    write(scratch.root, "media/absent.txt", content=b"a & b.png\nc.mp3\nd.png\n")
    shown = "![A](<a & b.png>) ![C](c.mp3) ![D](here.png)"
    scratch.card_files({"a.md": f"## Which organ? {{.basic #organ}}\n\n{shown}\n"})
    loaded = scratch.load(DAY_ONE)
    assert [(one.code, one.severity, one.message) for one in loaded.diagnostics] == [
        (
            "M020",
            "warning",
            "the file `a & b.png` and 1 more are not in the project: new learners see nothing in its place",
        )
    ]
    (name,) = (file.name for file in loaded.collection.media)
    (note,) = loaded.collection.notes
    expected = f'<p><img src="a &amp; b.png" alt="A"> [sound:c.mp3] <img src="{name}" alt="D"></p>'
    assert (note.fields["Back"], name[:5]) == (expected, "here-")


def test_nothing_outside_the_project_is_taken(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(tmp_path, "x.png", "other/x.png", "project/cards/a.md", "project-2/x.png")
    (root / "media").symlink_to(tmp_path / "other")
    (root / "img").mkdir()
    (root / "img/link.png").symlink_to("../../x.png")
    absolute = f"{tmp_path}/x.png"
    for target in ("../../../x.png", "../../../project-2/x.png", absolute, "/../x.png", "/media/x.png", "link.png"):
        hint = "copy the file into the media folder and refer to it there"
        assert refusal(root, target) == ("M002", f"`{target}` is outside the project", hint)
    for target in ("C:\\Users\\me\\x.png", "c:/x.png", "\\\\server\\share\\x.png", "file:///C:/x.png"):
        assert refusal(root, target)[0] == "M002"


def test_a_link_within_the_project_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "drawings/x.png")
    (tmp_path / "media").symlink_to("drawings")
    assert place(tmp_path, "x.png") == "media/x.png"


def test_a_path_in_another_case_is_told_the_right_one(tmp_path: Path) -> None:
    write(tmp_path, "media/Über Uns/X.png")
    message = "`{}` matches a file only if upper and lower case are ignored"
    for target, right in [
        ("über%20uns/x.PNG", "../../media/Über%20Uns/X.png"),
        ("/MEDIA/Über Uns/X.png", "/media/Über%20Uns/X.png"),
    ]:
        assert refusal(tmp_path, target) == ("M004", message.format(target), f"write `{right}`")


def test_the_right_case_is_taken_where_both_are_there(tmp_path: Path) -> None:
    write(tmp_path, "media/X.png", "media/x.png")
    if len(list((tmp_path / "media").iterdir())) == 1:
        pytest.skip("this file system knows no case")
    assert place(tmp_path, "x.png") == "media/x.png"
    assert place(tmp_path, "X.png", by_name=True) == "media/X.png"
    assert refusal(tmp_path, "X.PNG", by_name=True)[0] == "M003"


def test_only_a_file_is_taken_for_a_file(tmp_path: Path) -> None:
    write(tmp_path, "media/x.png/y.txt")
    (tmp_path / "media/link.png").symlink_to("nowhere.png")
    os.mkfifo(tmp_path / "media/pipe.png")
    hint = "write the path of a file"
    nothing = "is not a file but a broken link or a device"
    assert refusal(tmp_path, "x.png") == ("M005", "`x.png` is a folder", hint)
    assert refusal(tmp_path, "link.png") == ("M005", f"`link.png` {nothing}", hint)
    assert refusal(tmp_path, "pipe.png") == ("M005", f"`pipe.png` {nothing}", hint)
    write(tmp_path, "img/x.png")
    assert place(tmp_path, "x.png") == "img/x.png"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_told_so(tmp_path: Path) -> None:
    write(tmp_path, "media/x.png", "media/locked/x.png")
    (tmp_path / "media/x.png").chmod(0)
    (tmp_path / "media/locked").chmod(0o444)
    hint = "give yourself permission: `chmod u+r` on Linux and macOS"
    assert refusal(tmp_path, "x.png") == ("M006", "`media/x.png` cannot be read: Permission denied", hint)
    assert refusal(tmp_path, "locked/x.png") == ("M006", "`media/locked/x.png` cannot be read: Permission denied", hint)
    (tmp_path / "media/locked").chmod(0o755)


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, "media/x.png", content=content)
    assert refusal(tmp_path, "x.png") == (
        "M007",
        "`media/x.png` is empty",
        "save it again from the program that made it",
    )


def test_a_file_of_100_mib_is_taken_and_a_longer_one_is_not(tmp_path: Path) -> None:
    write(tmp_path, "media/x.mp4", "media/y.mp4")
    os.truncate(tmp_path / "media/x.mp4", 101 << 20)
    os.truncate(tmp_path / "media/y.mp4", 100 << 20)
    hint = "make it smaller, or split it"
    assert refusal(tmp_path, "x.mp4") == ("M008", "`media/x.mp4` has 101 MiB, but Anki syncs at most 100 MiB", hint)
    assert refusal(tmp_path, "y.mp4")[0] == "M011"  # It was read, and begins like a PNG.


def test_a_pointer_of_git_lfs_is_no_picture(tmp_path: Path) -> None:
    text = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
    write(tmp_path, "media/x.png", "media/x.svg", content=text)
    hint = "run `git lfs pull`; in a GitHub workflow, check out with `lfs: true`"
    for file in ("x.png", "x.svg"):
        assert refusal(tmp_path, file) == ("M009", f"`media/{file}` is a Git LFS pointer, not the file itself", hint)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("x.eps", "is a .eps file, which Anki does not show"),
        ("x.BMP", "is a .bmp file, which Anki does not show"),
        ("x", "has no extension, so Anki does not show it"),
        ("x.", "has no extension, so Anki does not show it"),
    ],
)
def test_a_type_that_anki_does_not_show_is_refused(tmp_path: Path, file: str, why: str) -> None:
    write(tmp_path, f"media/{file}")
    hint = "save pictures as png, jpg, webp or svg, sound as mp3, and film as webm or mp4"
    assert refusal(tmp_path, file) == ("M010", f"`media/{file}` {why}", hint)


def test_the_page_lists_the_types_that_anki_shows() -> None:
    listed = "; ".join(", ".join(types) for types in (PICTURES, AUDIO, VIDEO))
    assert f"These types work on every system: {listed}. " in " ".join(PAGES["M010"].text.split())


BEGINNINGS = {
    "png": PNG,
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "jpeg": b"\xff\xd8\xff\xdb\0\x43",
    "gif": b"GIF89a\1\0\1\0",
    "webp": b"RIFF\x0a\0\0\0WEBPVP8 ",
    "mp3": b"ID3\4\0\0",
    "avif": b"\0\0\0\x1cftypavif",
}


@pytest.mark.parametrize("extension", BEGINNINGS)
def test_a_file_that_is_what_it_is_called_is_taken(tmp_path: Path, extension: str) -> None:
    write(tmp_path, f"media/x.{extension}", content=BEGINNINGS[extension])
    assert place(tmp_path, f"x.{extension}") == f"media/x.{extension}"


PAGE_HINT = "download the picture itself, not the page that shows it"
RENAME_HINT = "rename it, or save it again as a real .{} file"
SAVE_HINT = "save it again from the program that made it"


@pytest.mark.parametrize(
    ("extension", "content", "what", "hint"),
    [
        ("png", b"\n<!DOCTYPE html>\n<title>x</title>", "a web page", PAGE_HINT),
        ("svg", b"\xef\xbb\xbf<!doctype HTML><html>", "a web page", PAGE_HINT),
        ("mp3", b"<HTML lang=en>", "a web page", PAGE_HINT),
        ("png", BEGINNINGS["jpg"], "a JPEG", RENAME_HINT),
        ("jpg", BEGINNINGS["webp"], "a WebP", RENAME_HINT),
        ("avif", BEGINNINGS["gif"], "a GIF", RENAME_HINT),
        ("svg", PNG, "a PNG", RENAME_HINT),
        ("gif", BEGINNINGS["mp3"], "something else", SAVE_HINT),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_refused(
    tmp_path: Path, extension: str, content: bytes, what: str, hint: str
) -> None:
    write(tmp_path, f"media/x.{extension}", content=content)
    message = f"`media/x.{extension}` is named .{extension}, but it is {what}"
    assert refusal(tmp_path, f"x.{extension}") == ("M011", message, hint.format(extension))


def draw(root: Path, source: str | bytes) -> tuple[Media | None, list[Diagnostic]]:
    write(root, "media/x.svg", content=source if isinstance(source, bytes) else source.encode())
    return resolve(root, "x.svg")


SAVE_SVG = "save it again, as SVG, from the program that drew it"
PLAIN_SVG = "save it as plain SVG (Inkscape), use Export As (Illustrator), or delete the DOCTYPE"
BOMB = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))


@pytest.mark.parametrize(
    ("source", "reason", "hint"),
    [
        (f"{HEAD}>\n<g>\n</svg>", "is not XML: mismatched tag: line 3, column 2", SAVE_SVG),
        (f"{HEAD}>\n&nbsp;</svg>", "is not XML: undefined entity: line 2, column 0", SAVE_SVG),
        (f'<!DOCTYPE svg SYSTEM "a.dtd">{HEAD}>&nbsp;</svg>', "is not XML: undefined entity `&nbsp;`", SAVE_SVG),
        (
            f"<?xml version='1.0' encoding='big5'?>{HEAD}/>",
            "is not XML: multi-byte encodings are not supported",
            SAVE_SVG,
        ),
        ("a drawing", "is not XML: syntax error: line 1, column 0", SAVE_SVG),
        ("<svg/>", "has no SVG namespace", 'begin it with `<svg xmlns="http://www.w3.org/2000/svg"`'),
        (
            "<drawing><svg/></drawing>",
            "is not an SVG: its root element is `<drawing>`",
            "save the drawing itself, as SVG",
        ),
        (
            f'<!DOCTYPE svg [<!ENTITY a "ha">{BOMB}]>{HEAD}>&j;</svg>',
            "declares entities or attributes in its DOCTYPE",
            PLAIN_SVG,
        ),
        (
            f'<!DOCTYPE svg [<!ATTLIST svg onload CDATA "beat()">]>{HEAD}/>',
            "declares entities or attributes in its DOCTYPE",
            PLAIN_SVG,
        ),
        (
            f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/hostname">]>{HEAD}>&a;</svg>',
            "declares entities or attributes in its DOCTYPE",
            PLAIN_SVG,
        ),
        (f"{HEAD}>{' ' * MAX_SVG_BYTES}</svg>", "is larger than 5 MiB", "simplify it, or save it as a PNG"),
    ],
    ids=[
        "unclosed",
        "entity",
        "entity of a DOCTYPE",
        "encoding",
        "text",
        "namespace",
        "root",
        "bomb",
        "default",
        "file",
        "long",
    ],
)
def test_an_svg_that_could_not_be_cleaned_is_refused(tmp_path: Path, source: str, reason: str, hint: str) -> None:
    found, problems = draw(tmp_path, source)
    assert found is None
    assert told(problems) == [(AT, "M012", "error", f"`media/x.svg` {reason}", hint)]


def test_an_svg_nested_too_deep_is_refused(tmp_path: Path) -> None:
    found, (problem,) = draw(tmp_path, f"{HEAD}>{'<g>' * 5000}{'</g>' * 5000}</svg>")
    assert (found, problem.code) == (None, "M012")
    assert problem.message == "`media/x.svg` is nested more than 200 deep"
    nested = f"{HEAD}>{'<g>' * 199}{'</g>' * 199}</svg>"
    assert draw(tmp_path, nested)[1] == []
    assert draw(tmp_path, nested.replace("<g></g>", "<g><g/></g>"))[0] is None


def test_an_svg_with_too_many_elements_is_refused(tmp_path: Path) -> None:
    found, (problem,) = draw(tmp_path, f"{HEAD}>{'<g/>' * MAX_SVG_ELEMENTS}</svg>")
    assert (found, problem.code) == (None, "M012")
    assert problem.message == "`media/x.svg` has more than 100,000 elements"


def test_an_svg_with_too_many_attributes_on_one_element_is_refused(tmp_path: Path) -> None:
    def drawing(number: int) -> str:
        attributes = " ".join(f'a{n}="1"' for n in range(number))
        return f"{HEAD}><g {attributes}/></svg>"

    assert draw(tmp_path, drawing(100))[1] == []
    found, (problem,) = draw(tmp_path, drawing(101))
    assert (found, problem.code) == (None, "M012")
    assert problem.message == "`media/x.svg` has an element with more than 100 attributes"


CLEAN = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<!-- by hand -->
{HEAD}>
  <style><![CDATA[
    @font-face {{ src: url( "data:font/woff2;base64,AAAA") }}
    .a > b {{ fill: url(#g); content: "\\201C" }}
  ]]></style>
  <linearGradient id="g" xlink:href="#h"/>
  <a href="https://example.org/" target="_blank"><text style="filter: url('#f')">one <tspan>two</tspan> three</text></a>
  <image href="data:image/png;base64,AAAA"/><use xlink:href="#g"/>
  <animate attributeName="opacity" values="0;1"/><desc>url(http://example.org/) onload</desc>
</svg>
"""


def test_a_clean_svg_is_shipped_as_it_is(tmp_path: Path) -> None:
    digest = hashlib.sha256(CLEAN.encode()).hexdigest()
    expected = Media(tmp_path / "media/x.svg", name("x", CLEAN.encode(), ".svg"), digest)
    assert draw(tmp_path, CLEAN) == (expected, [])


def test_line_endings_change_nothing_of_an_svg(tmp_path: Path) -> None:
    windows = CLEAN.replace("\n", "\r\n").encode()
    unix, _ = draw(tmp_path, CLEAN)
    assert unix is not None
    assert draw(tmp_path, windows) == (Media(unix.path, unix.name, unix.sha256, CLEAN.encode()), [])


def test_an_svg_in_utf_16_keeps_its_bytes(tmp_path: Path) -> None:
    source = f'<?xml version="1.0" encoding="UTF-16"?>{HEAD}><text>\u0d0a</text></svg>'.encode("utf-16-be")
    source = b"\xfe\xff" + source
    assert b"\r\n" in source
    found, problems = draw(tmp_path, source)
    assert problems == []
    assert found is not None and found.read() == source


NOTHING_ACTS = "delete it from the drawing: it does nothing on a card"
NOTHING_LOADS = "put what it refers to into the drawing: a card loads nothing"
SEE_LABELS = (
    "check for missing labels; export with plain text (Mermaid: `htmlLabels: false`; draw.io: no Formatted Text)"
)


@pytest.mark.parametrize(
    ("inside", "left", "what", "hint"),
    [
        ("<text>a<script>x()</script>b</text>", "<text>ab</text>", "<script>", NOTHING_ACTS),
        ('<g onclick="x()" id="a"/>', '<g id="a"/>', "onclick", NOTHING_ACTS),
        ("<g><foreignObject><p>a</p></foreignObject></g>", "<g/>", "<foreignObject>", SEE_LABELS),
        ('<p xmlns="http://www.w3.org/1999/xhtml"><b/></p>', "", "<p>", NOTHING_ACTS),
        ('<audio src="a.mp3"/>', "", "<audio>", NOTHING_ACTS),
        ('<set attributeName="xlink:href" to="x"/>', "", "<set>", NOTHING_ACTS),
        ('<animate attributeName="onload" to="x"/>', "", "<animate>", NOTHING_ACTS),
        ('<image href="https://e.org/x.png"/>', "<image/>", 'href="https://e.org/x.png"', NOTHING_LOADS),
        ('<image xlink:href="x.png"/>', "<image/>", 'href="x.png"', NOTHING_LOADS),
        ('<image href="data:text/html,x"/>', "<image/>", 'href="data:text/html,x"', NOTHING_LOADS),
        ('<use href="data:image/svg+xml,x#a"/>', "<use/>", 'href="data:image/svg+xml,x#a"', NOTHING_LOADS),
        ('<a href=" java&#9;script:x()"/>', "<a/>", 'href="java script:x()"', NOTHING_LOADS),
        ('<g xml:base="http://e.org/"/>', "<g/>", "xml:base", NOTHING_LOADS),
        ('<g fill="url(http://e.org/#a) red"/>', '<g fill="none red"/>', "url(http://e.org/#a)", NOTHING_LOADS),
        (
            "<g style=\"fill:red;mask:url( 'b(1).svg#a' )\"/>",
            '<g style="fill:red;mask:none"/>',
            "url( 'b(1).svg#a' )",
            NOTHING_LOADS,
        ),
        (
            '<style>@import "http://e.org/a.css";a{fill:red}</style>',
            "<style>a{fill:red}</style>",
            '@import "http://e.org/a.css";',
            NOTHING_LOADS,
        ),
        (
            "<style><![CDATA[a>b{src:url(//e.org/f.woff)}]]></style>",
            "<style>a&gt;b{src:none}</style>",
            "url(//e.org/f.woff)",
            NOTHING_LOADS,
        ),
        (r"<style>a{fill:u\72l(x.svg#a)}</style>", "<style></style>", "url(x.svg#a)", NOTHING_LOADS),
    ],
)
def test_what_acts_or_is_fetched_is_taken_out_of_an_svg_and_named(
    tmp_path: Path, inside: str, left: str, what: str, hint: str
) -> None:
    source, shipped = f"{HEAD}>\n{inside}\n</svg>", f"{HEAD}>\n{left}\n</svg>".encode()
    warning = (Span("media/x.svg", 2, 1), "M013", "warning", f"`{what}` was removed from the drawing", hint)
    expected = Media(
        tmp_path / "media/x.svg",
        name("x", source.encode(), ".svg"),
        hashlib.sha256(shipped).hexdigest(),
        shipped,
    )
    found, problems = draw(tmp_path, source)
    assert (found, told(problems)) == (expected, [warning])
    assert draw(tmp_path, shipped)[1] == []


def test_what_is_taken_out_of_an_svg_often_is_told_once_with_its_first_line(tmp_path: Path) -> None:
    sheet = '<?xml-stylesheet href="http://e.org/a.css"?>\n'
    source = f"{sheet}{HEAD}>\n<script/>\n<foreignObject><script/><br onload=''/></foreignObject>\n<script/></svg>"
    found, problems = draw(tmp_path, source)
    assert found is not None and found.read() == f"{HEAD}>\n\n\n</svg>".encode()
    assert [(d.span, d.message) for d in problems] == [
        (Span("media/x.svg", 1, 1), "`<?xml-stylesheet?>` was removed from the drawing"),
        (Span("media/x.svg", 3, 1), "`<script>` was removed from the drawing, 2 times"),
        (Span("media/x.svg", 4, 1), "`<foreignObject>` was removed from the drawing"),
    ]


@pytest.mark.parametrize(
    ("size", "known"),
    [
        ("", False),
        ('width="40"', False),
        ('width="100%" height="100%"', False),
        ('viewBox="0 0 8 8"', True),
        ('width="40" height="30mm"', True),
        ('width="100%" height="100%" viewBox="0 0 8 8"', True),
    ],
)
def test_an_svg_without_a_size_is_warned_of(tmp_path: Path, size: str, known: bool) -> None:
    found, problems = draw(tmp_path, f'<svg xmlns="http://www.w3.org/2000/svg" {size}/>')
    assert found is not None and found.data is None
    message = "the drawing has neither a viewBox nor a width and height, so Anki crops it"
    hint = 'say how large it is: `viewBox="0 0 WIDTH HEIGHT"`'
    warning = (Span("media/x.svg", 1, 1), "M014", "warning", message, hint)
    assert told(problems) == ([] if known else [warning])


@pytest.mark.ci
def test_the_longest_svg_is_cleaned(tmp_path: Path) -> None:
    element = f'<g a="1" style="fill:red"><path d="M0 0{" L1 1" * 9}"/></g>'
    nasty = "<style>" + "url( " * 20_000 + "\\" * 20_000 + "</style><script/>"
    source = f"{HEAD}>{nasty}{element * 49_000}</svg>"
    assert 4 << 20 < len(source) < MAX_SVG_BYTES
    found, _ = draw(tmp_path, source)
    assert found is not None and found.data is not None
    assert found.data.count(element.encode()) == 49_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
@pytest.mark.parametrize(
    "make", [os.mkfifo, lambda path: socket.socket(socket.AF_UNIX).bind(path), lambda path: Path(path).mkdir()]
)
def test_what_is_no_file_is_never_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[str], None]
) -> None:
    write(tmp_path, "media/used/x.png")
    monkeypatch.chdir(tmp_path / "media")  # The path of a socket must be short.
    make("x.png")
    code, _, _ = refusal(tmp_path, "/media/x.png")
    assert code == "M005"
    # It has the name of a file that is used, so whether it is a copy of that is looked at.
    used, _ = resolve(tmp_path, "used/x.png")
    assert used is not None
    left = Library(tmp_path, ["media"]).unused([used])
    assert [problem.code for problem in left] == ([] if Path("x.png").is_dir() else ["M016"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes")
def test_a_pipe_that_comes_in_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "x.png")
    write(tmp_path, "y.png")
    regular = (tmp_path / "y.png").stat()
    monkeypatch.setattr(Path, "stat", lambda path, **given: regular)
    with pytest.raises(OSError, match="no regular file"):
        files.opened(tmp_path / "x.png")
    with files.opened(tmp_path / "y.png") as file:
        assert file.read() == PNG


def test_a_file_may_vanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "media/x.png")

    def vanished(path: Path) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(files, "opened", vanished)
    assert refusal(tmp_path, "x.png")[:2] == ("M006", "`media/x.png` cannot be read: No such file or directory")


def test_a_path_may_be_longer_than_any_file_has(tmp_path: Path) -> None:
    assert refusal(tmp_path, "/" + "a" * 5000)[0] == "M001"
    assert refusal(tmp_path, "a" * 5000)[0] == "M001"


def test_media_that_no_note_uses_is_warned_of(tmp_path: Path) -> None:
    write(tmp_path, "media/used.png", "media/copy/Used.png", "media/left.png", "img/deep/left.mp3", "cards/x.png")
    write(tmp_path, "media/broken/used.png", content=b"")
    for source in (
        ".DS_Store",
        "used.masks.toml",
        "README",
        "LICENSE",
        "notes.md",
        "credits.txt",
        "left.drawio",
        ".x.png",
    ):
        write(tmp_path, f"media/{source}")
    library = Library(tmp_path, ["media", "img", "missing"])
    used, _ = library.resolve(Reference("used.png", False, AT))
    assert used is not None
    hint = "refer to it in a note, or delete it"
    assert told(library.unused([used])) == [
        (Span(path), "M016", "warning", f"no note uses `{path}`", hint)
        for path in ("img/deep/left.mp3", "media/broken/used.png", "media/left.png")
    ]


def test_a_name_that_is_no_unicode_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/media/caf\xe9.png")).write_bytes(PNG)
    except OSError:
        pytest.skip("this file system knows no such names")
    assert Library(tmp_path, ["media"]).unused([]) == []
    assert refusal(tmp_path, "cafe.png")[2] == "put the file there, or correct the path"


def test_a_file_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "media/x.svg", content=f"{HEAD}><script/></svg>".encode())
    library = Library(tmp_path, ["media"])
    first = library.resolve(Reference("x.svg", False, AT))
    (tmp_path / "media/x.svg").write_bytes(b"changed since")
    again = library.resolve(Reference("x.svg", True, Span("cards/other.md")))
    assert first == again
    assert first[0] is again[0]


def test_a_remote_picture_is_told_with_its_host() -> None:
    hint = "download it into the media folder and refer to it there"
    for url in (
        "https://user:pw@e.org:81/x.png?q",
        "//e.org:81",
        "HTTP://E.org:81#x",
        "http:e.org:81",
        r"https:\e.org:81\x",
    ):
        message = "the picture is loaded from e.org:81 during reviews"
        assert told([remote(AT, url)]) == [(AT, "M015", "warning", message, hint)]


def test_remote_pictures_of_one_host_are_told_once() -> None:
    found = [
        remote(Span("cards/a.md", line), url)
        for line, url in enumerate(("//e.org", "https://E.org/x", "HTTP:e.org"), 1)
    ]
    beginning = "the picture is loaded from e.org during reviews"
    assert [one.message for one in flood.once(found[:1])] == [beginning]
    assert [one.message for one in flood.once(found[:2])] == [f"{beginning}, as is 1 more"]
    assert [one.message for one in flood.once(found)] == [f"{beginning}, as are 2 more"]


def test_sections_of_links_alone_are_told_once() -> None:
    found = [only_links(Span("cards/a.md", line)) for line in (1, 2, 3)]
    beginning = "this section makes no note: it contains nothing but links"
    assert [one.message for one in flood.once(found[:2])] == [f"{beginning}, as does 1 more"]
    assert [one.message for one in flood.once(found)] == [f"{beginning}, as do 2 more"]


def test_an_address_that_no_card_can_show_costs_its_note() -> None:
    beside = "save the file in the media folder and refer to it there"
    itself = "the address contains the picture itself"
    for name, message, hint in (
        ("data", itself, "save it as a file in the media folder and refer to it there"),
        ("app", "a card shows nothing from an address that begins with `app:`", beside),
    ):
        assert told([no_path(AT, name)]) == [(AT, "M019", "error", message, hint)]


def codes(root: Path, files: dict[str, str]) -> set[str]:
    project = Scratch(root)
    project.write(files)
    return {d.code for d in project.load(DAY_ONE).diagnostics}


@pytest.mark.parametrize("code", [code for code in sorted(PAGES) if code[0] == "M" and PAGES[code].bad])
def test_the_examples_of_a_page_show_its_code_alone(tmp_path: Path, code: str) -> None:
    assert codes(tmp_path / "bad", PAGES[code].bad) == {code}
    if PAGES[code].good:
        assert codes(tmp_path / "good", PAGES[code].good) == set()


@pytest.mark.anki
def test_anki_keeps_the_names_as_they_are(collection: Collection, tmp_path: Path) -> None:
    write(tmp_path, "media/Ein Herz_è (2).PNG", "media/日本.png", "media/con.png", "media/latex-x.png", "media/_x.png")
    library = Library(tmp_path, ["media"])
    for file in sorted((tmp_path / "media").iterdir()):
        found, _ = library.resolve(Reference(file.name, False, AT))
        assert found is not None
        assert collection.media.write_data(found.name, found.read()) == found.name
