"""The site of a deck: all of its pages, whole; what notes and authors write in them; and where it is put."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import feedparser
import html5lib
import msgspec
import pytest
from click.testing import CliRunner
from jinja2 import Environment, PackageLoader
from scratch import Scratch, day
from test_release import COVER, LUNGS, VALVE, VENTRICLE, Deck

from deckwright import files
from deckwright.commands import main
from deckwright.model import Note, Settings, Span
from deckwright.notetypes import note_types
from deckwright.release import Refusal, manifest, notes
from deckwright.site import Site, Wish, help, lists, make, pages, prose, samples, styles
from deckwright.site.shown import opened

pytestmark = pytest.mark.ci

ROOT = Path(__file__).parents[1]

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect id="valve" width="9" height="9"/></svg>'
CARDS = {
    "heart.md": """---
kind: basic
deck: Heart
tags: [organs/heart, exam]
source: https://example.org/heart
---
# Heart

## What does the left ventricle pump into? {#ventricle}

The aorta: \\(p = \\frac{F}{A}\\)

> [!NOTE]
> Not into a vein. <img src="heart.svg">

## Which side is this? {#side}

![the heart](heart.svg)

## Which code is it? {#code typed=b}

`b`
""",
    "lung.md": """---
deck: Lung
tags: [organs/lung]
---
# Lung

## Gas {.cloze #gas}

Gas is exchanged in the ==alveoli::where?==, of which there are ==300 million==.
""",
}
SETTINGS = 'id = "anatomy-k3v9q2xm"\nname = "Anatomy"\nlicence = "CC BY 4.0"\n'


@pytest.fixture
def project(tmp_path: Path) -> Scratch:
    return written(tmp_path / "project")


def written(folder: Path) -> Scratch:
    made = Scratch(folder)
    made.write({"deck.toml": SETTINGS, "media/heart.svg": PICTURE})
    made.card_files(CARDS)
    return made


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the project, for tests that only read it."""
    return site(written(tmp_path_factory.mktemp("site") / "project"))


def site(project: Scratch, **wish: object) -> Path:
    """The folder of the site, made of the project on day 9."""
    made = make(project.root, Wish(day(9), **wish))
    assert isinstance(made, Site), made
    return made.folder


def paths(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


class Links(HTMLParser):
    """Where a page leads, what it loads, and what in it could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.running: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids += [values["id"]] if values.get("id") else []
        self.running += [
            pair for pair in attrs if pair[0].startswith("on") or (pair[1] or "").startswith("javascript:")
        ]
        self.running += [(tag, values.get("src"))] * (tag in ("script", "iframe", "object", "embed", "base", "form"))
        address = values.get("href") or values.get("src") or ""
        if tag == "a":
            self.links.append(address)
        elif address and values.get("rel") != "canonical":
            self.loads.append(address)


def wrong(folder: Path) -> Iterator[str]:
    """What is wrong with the HTML of a site, and its links that lead nowhere."""
    held = {path: path.read_text("utf-8") for path in folder.rglob("*.html")}
    ids = {path: Links(html).ids for path, html in held.items()}
    for path, html in held.items():
        place = path.relative_to(folder).as_posix()
        parser = html5lib.HTMLParser()
        parser.parse(html)
        yield from (f"{place}: {code} {data}" for _, code, data in parser.errors)
        yield from (f"{place}: twice #{id_}" for id_ in set(ids[path]) if ids[path].count(id_) > 1)
        levels = [int(level) for level in re.findall(r"<h(\d)", re.sub(r'(?s)<div class="card.*?</div>', "", html))]
        if levels[:1] != [1] or levels.count(1) != 1:
            yield f"{place}: the headings are {levels}"
        if place == "404.html":  # Its links hold where it is shown: at an address that there is not.
            continue
        parsed = Links(html)
        yield from (f"{place}: loads {address}" for address in parsed.loads if urlsplit(address).scheme)
        for address in (*parsed.links, *parsed.loads):
            parts = urlsplit(address)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                yield f"{place}: {address} leads nowhere"
            elif parts.fragment and parts.fragment not in ids[target]:
                yield f"{place}: {address} leads to no place"


DRAFT = """\
.nojekyll
404.html
assets/cards.css
assets/icon.svg
assets/notes.js
assets/site.css
assets/site.js
c/code/index.html
c/gas/index.html
c/side/index.html
c/ventricle/index.html
cards/decks/anatomy-heart/index.html
cards/decks/anatomy-lung/index.html
cards/index.html
cards/tags/exam/index.html
cards/tags/organs-heart/index.html
cards/tags/organs-lung/index.html
cards/tags/organs/index.html
feed.xml
help/index.html
index.html
media/heart-NAME.svg
news/index.html
site.json
statistics/index.html
"""


def test_a_draft_has_all_its_pages_and_each_says_what_it_is(draft: Path) -> None:
    assert [re.sub("-[0-9a-z]{6,}[.]", "-NAME.", path) for path in paths(draft)] == DRAFT.split()
    assert list(wrong(draft)) == []
    for path in draft.rglob("*.html"):
        html = path.read_text("utf-8")
        assert "<title>Draft: " in html, path
        assert '<aside class="draft-bar"' in html, path
    assert msgspec.json.decode((draft / "site.json").read_bytes()) == {
        "deckwright": 1, "deck": "anatomy-k3v9q2xm", "version": "0.1.0", "draft": True,
        "holds": sorted(path.name for path in draft.iterdir()),
    }  # fmt: skip


def test_no_page_names_an_address_without_one(draft: Path) -> None:
    found = {
        address
        for path in draft.rglob("*.html")
        for address in re.findall(r'https?://[^"<\s]*', path.read_text("utf-8"))
    }
    assert found == {
        "https://github.com/deckwright/deckwright",
        "https://example.org/heart",
        "https://creativecommons.org/licenses/by/4.0/",
    }


def test_a_note_has_its_cards_and_nothing_that_asks_for_a_script(draft: Path) -> None:
    html = (draft / "c/ventricle/index.html").read_text("utf-8")
    (front, back) = re.findall(r'(?s)<div class="card card1">(.*?)</div></div>\n', html)
    assert front.replace("\n", "") == (
        '<div class="dw-front"><div class="dw-context" dir="auto"><span class="dw-crumb">Heart</span></div>'
        '<div class="dw-question" dir="auto">What does the left ventricle pump into?</div></div>'
    )
    assert '<hr data-id="answer">' in back
    assert "<mfrac><mi>F</mi><mi>A</mi></mfrac>" in back.replace(" ", "")
    assert re.findall("<script[^>]*>", html) == ['<script src="../../assets/site.js" defer>']
    assert re.findall(r'<img alt="" loading="lazy" src="../../media/heart-\w+[.]svg"/>', html)
    picture = (draft / "c/side/index.html").read_text("utf-8")
    (source,) = re.findall(r'<img [^>]*src="([^"]*)"', picture)
    assert (draft / "c/side" / source).read_bytes().startswith(b"<svg")


def test_a_title_does_not_tell_what_a_cloze_hides(draft: Path) -> None:
    html = (draft / "c/gas/index.html").read_text("utf-8")
    assert re.findall(r"<h1[^>]*>(.*)</h1>", html) == ["Gas: Gas is exchanged in the […], of which there are […]."]


EVIL = "</title><script>alert(1)</script><img src=x onerror=alert(2)>"


def test_what_authors_write_is_text_or_harmless(project: Scratch) -> None:
    settings = f"id = 'anatomy-k3v9q2xm'\nname = 'A & B <i>'\nauthor = '{EVIL}'\nlicence = '{EVIL}'\n"
    project.write({
        "deck.toml": f"{settings}description = '{EVIL}<p onclick=alert(3)>A <b>deck'\n",
        "CREDITS.md": f"# Pictures\n\n{EVIL} [x](javascript:alert(4)) ![y](https://example.org/y.png)\n",
        "cards/evil.md": f"## Is `{EVIL}` code? {{.basic #evil}}\n\nYes: `{EVIL}`, and \\(<script>\\).\n",
    })  # fmt: skip
    folder = site(project)
    assert list(wrong(folder)) == []
    for path in folder.rglob("*.html"):
        html = path.read_text("utf-8")
        parsed = Links(html)
        assert parsed.running == [("script", f"{root(path, folder)}assets/site.js")], path
        assert "x" not in parsed.loads, path


def root(path: Path, folder: Path) -> str:
    depth = len(path.relative_to(folder).parts) - 1
    return "../" * depth if path.name != "404.html" else "../../"


def test_every_page_has_the_same_strict_policy(draft: Path) -> None:
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
    found = {tuple(policy.findall(path.read_text("utf-8"))) for path in draft.rglob("*.html")}
    assert found == {(
        "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self' 'unsafe-inline'; "
        "script-src 'self'; base-uri 'none'; form-action 'none'",
    )}  # fmt: skip


@pytest.mark.ci
def test_the_same_notes_make_the_same_files(project: Scratch, tmp_path: Path) -> None:
    one = site(project)
    other = make(project.root, Wish(day(11), target=tmp_path / "other"))
    assert isinstance(other, Site)
    assert paths(one) == paths(other.folder)
    assert [path for path in paths(one) if (one / path).read_bytes() != (other.folder / path).read_bytes()] == []


# Where it is put


def test_a_folder_of_somebody_else_is_left_alone(project: Scratch, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    (target / "thesis.txt").write_text("all of it")
    made = make(project.root, Wish(day(9), target))
    assert made == Refusal("mine is no site that was made here, and is not empty: nothing in it is replaced")
    assert paths(target) == ["thesis.txt"]


@pytest.mark.parametrize("mark", ['{"title": "My blog"}', "[]", "no JSON"])
def test_a_folder_with_the_file_of_another_program_is_left_alone(project: Scratch, tmp_path: Path, mark: str) -> None:
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "site.json").write_text(mark)
    made = make(project.root, Wish(day(9), tmp_path / "blog"))
    assert made == Refusal("blog is no site that was made here, and is not empty: nothing in it is replaced")
    assert paths(tmp_path / "blog") == ["site.json"]


def test_a_site_with_something_of_somebody_else_is_left_alone(project: Scratch) -> None:
    folder = site(project)
    (folder / ".DS_Store").write_bytes(b"")
    assert site(project) == folder
    (folder / ".git").mkdir()
    made = make(project.root, Wish(day(9)))
    assert made == Refusal("site has .git, which is not of the site that was made there: nothing in it is replaced")
    assert (folder / ".git").is_dir()


@pytest.mark.ci
def test_a_site_is_replaced_whole(project: Scratch, tmp_path: Path) -> None:
    folder = site(project)
    (folder / "c/old").mkdir()
    project.card_files({"heart.md": CARDS["heart.md"]})
    assert site(project) == folder
    assert [path for path in paths(folder) if path.startswith("c/")] == [
        "c/code/index.html", "c/side/index.html", "c/ventricle/index.html",
    ]  # fmt: skip
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".deckwright-")] == []


def test_a_site_that_cannot_be_made_leaves_the_old_one(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = site(project)
    before = {path: (folder / path).read_bytes() for path in paths(folder)}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pages, "write", full)
    with pytest.raises(OSError, match="No space left"):
        site(project)
    assert {path: (folder / path).read_bytes() for path in paths(folder)} == before
    assert sorted(path.name for path in (project.root / "build").iterdir()) == [".gitignore", "site"]


def test_notes_with_errors_make_no_site(project: Scratch) -> None:
    project.write({"cards/bad.md": "## Empty {.basic #empty}\n"})
    made = make(project.root, Wish(day(9)))
    assert isinstance(made, Refusal)
    assert (made.problem, made.steps) == ("the notes have errors", ("deckwright check",))
    assert not (project.root / "build/site").exists()


def test_the_command_says_what_it_made(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    done = CliRunner().invoke(main, ["site"])
    number = len(list((project.root / "build/site").rglob("*.html")))
    assert (done.exit_code, done.output) == (
        0,
        f"Wrote build/site/index.html · {number} pages, a draft of Anatomy 0.1.0\n",
    )


def test_the_command_says_why_there_is_none(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    project.write({"releases/1.0.0.json": "{"})
    done = CliRunner().invoke(main, ["site"])
    said = (
        "There is no site: releases/1.0.0.json is no manifest: Input data was truncated.\n"
        "Next: put manifest.json, as it was published with version 1.0.0, in its place\n"
    )
    assert (done.exit_code, done.output) == (1, said)


def test_without_its_libraries_the_command_says_what_to_install(
    project: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    for name in [name for name in sys.modules if name.startswith("deckwright.site")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    done = CliRunner().invoke(main, ["site"])
    assert (done.exit_code, done.output) == (2, "To make a site, run: pip install 'deckwright[site]'\n")


# Its parts


def test_the_learner_is_told_what_the_page_for_learners_says() -> None:
    page = (ROOT / "docs/learners.md").read_text("utf-8")
    table = page.partition("| ------")[2].partition("\n\n")[0]
    rows = tuple(tuple(cell.strip() for cell in row.strip("|").split("|")) for row in table.splitlines()[1:])
    assert rows == notes.UPDATING


def test_each_question_is_answered_two_clicks_from_the_first_page(draft: Path) -> None:
    index = (draft / "index.html").read_text("utf-8")
    answers = (draft / "help/index.html").read_text("utf-8")
    for id_, question in help.QUESTIONS:
        assert f'<a href="help/index.html#{id_}">{question}</a>' in index
        (answer,) = re.findall(rf'(?s)<h2 id="{id_}">[^<]*</h2>\n(.*?)(?=<h2|</div>)', answers)
        assert len(re.sub("<[^>]*>", "", answer).split()) > 10, id_


@pytest.mark.ci
def test_lists_are_cut_into_pages(project: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MAX_LISTED", 2)
    folder = site(project)
    assert [path for path in paths(folder) if path.startswith("cards/decks/anatomy-heart")] == [
        "cards/decks/anatomy-heart/2/index.html",
        "cards/decks/anatomy-heart/index.html",
    ]
    assert list(wrong(folder)) == []
    listed = [
        re.findall(r'<li><a href="[./]*c/([^/"]*)/', (folder / path).read_text("utf-8"))
        for path in ("cards/decks/anatomy-heart/index.html", "cards/decks/anatomy-heart/2/index.html")
    ]
    assert listed == [["ventricle", "side"], ["code"]]


def test_groups_count_each_note_once_and_leave_out_what_all_have_in_common(project: Scratch) -> None:
    with opened(project.root, day(9), True) as shown:
        assert not isinstance(shown, Refusal)
        tags = [(group.label, group.depth, group.total, len(group.notes)) for group in lists.by_tag(shown.notes)]
        decks = [(group.label, group.depth, group.total) for group in lists.by_deck(shown.notes)]
    assert tags == [("exam", 0, 3, 3), ("organs", 0, 4, 0), ("heart", 1, 3, 3), ("lung", 1, 1, 1)]
    assert decks == [("Heart", 0, 3), ("Lung", 0, 1)]


def test_samples_show_each_sort(project: Scratch) -> None:
    with opened(project.root, day(9), True) as shown:
        assert not isinstance(shown, Refusal)
        found = [note.id for note in samples.chosen(shown.notes, shown.note_types)]
        few = samples.chosen(shown.notes[:1], shown.note_types)
    assert found == ["ventricle", "gas", "side", "code"]
    assert [note.id for note in few] == ["ventricle"]


def test_samples_are_notes_that_ask_by_themselves() -> None:
    kinds = note_types(Settings(id="anatomy-k3v9q2xm", name="Anatomy", slug="anatomy"))

    def note(id_: str, kind: str, **fields: str) -> Note:
        return Note(id_, 1, 1, id_, kind, fields, (), id_, Span("cards/heart.md"))

    masks = "".join(f"{{{{c{n}::image-occlusion:rect:left=.{n}}}}}<br>" for n in range(1, 5))
    found = samples.chosen(
        [
            note("one-mask", "occlusion", Occlusion=masks.partition("<br>")[0]),
            note("masks", "occlusion", Occlusion=masks),
            note("term", "basic", Front="Aorta", Reversed="1"),
            note("of-a-table", "basic", Front="Aorta", Header="Which artery is this one?"),
            note("long", "basic", Front="so " * 25),
            note("asked", "basic", Front="What does the left ventricle pump into?"),
        ],
        kinds,
    )
    assert [note.id for note in found] == ["masks", "of-a-table", "asked", "one-mask", "term", "long"]


@pytest.mark.parametrize(
    ("licence", "page"),
    [
        ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("CC-BY-NC-ND-3.0", "https://creativecommons.org/licenses/by-nc-nd/3.0/"),
        ("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("CC BY 9.0", ""),
        ("MIT", ""),
    ],
)
def test_a_licence_leads_to_its_text(licence: str, page: str) -> None:
    source = "{% import 'parts.html' as parts with context %}{{ parts.terms() }}"
    loader = PackageLoader("deckwright.site")
    said = Environment(loader=loader, autoescape=True).from_string(source).render(licence=licence)
    assert said.strip() == (f'<a rel="license" href="{page}">{licence}</a>' if page else licence)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("# One\n\n*Two*", "<h3>One</h3>\n<p><em>Two</em></p>\n"),
        ("<b>x</b> & y", "<p>&lt;b&gt;x&lt;/b&gt; &amp; y</p>\n"),
        ("![a *b*](https://example.org/x.png)", "<p>a b</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
    ],
)
def test_what_authors_say_is_markdown_without_html_and_pictures(markdown: str, html: str) -> None:
    assert prose.markdown(markdown) == html


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_nothing_is_shown_that_a_link_leads_to_outside(project: Scratch, tmp_path: Path) -> None:
    (tmp_path / "private.md").write_text("Secret")
    log = project.root / "CHANGELOG-deck.md"
    log.symlink_to(tmp_path / "private.md")
    refusal = make(project.root, Wish(day(9)))
    assert isinstance(refusal, Refusal)
    assert refusal.problem == "CHANGELOG-deck.md cannot be read: it leads out of the project"
    log.unlink()
    (project.root / "CREDITS.md").symlink_to(tmp_path / "private.md")
    with pytest.raises(files.OutsideError):
        make(project.root, Wish(day(9)))


def test_rules_with_a_scope_stay_on_cards() -> None:
    css = "@scope (body) to (.b) { :scope { color: red } } @scope { p { margin: 0 } }"
    assert styles.scoped(css) == (
        "@scope (.shown){@scope (body) to (.b) { :scope { color: red } }}\n@scope (.shown){@scope { p { margin: 0 } }}\n"
    )


def test_a_site_is_not_read_as_notes(project: Scratch) -> None:
    """The folder is below `build`, which is left out."""
    site(project)
    assert files.note_files(project.root, ["."]) == ["cards/heart.md", "cards/lung.md"]


# A site of releases


STORY = {
    "deck.toml": SETTINGS
    + 'url = "https://github.com/example/anatomy"\nsite = "https://example.org/anatomy/"\nauthor = "A. Uthor"\n',
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Deck:
    """1.0.0; 1.0.1 with another answer, which is taken back; 1.1.0 with a new, a retired and a renamed note."""
    made = Deck(tmp_path_factory.mktemp("story") / "project")
    made.write(STORY)
    made.start_git()
    made.change(day(1), VENTRICLE, VALVE, LUNGS)
    made.publish(day(2))
    artery = VENTRICLE.replace("The aorta.", "The aorta, an artery.")
    made.write({"changes/a.md": "---\nrelearn: [ventricle]\n---\n\nThe *aorta* is an **artery**.\n"})
    made.change(day(3), artery, VALVE, LUNGS)
    made.publish(day(4))
    made.change(day(5), artery, VALVE.replace("#valve", "#mitral-valve was=valve"), COVER, retire=True)
    made.publish(day(6))
    log = (made.root / "CHANGELOG-deck.md").read_text()
    made.write({"CHANGELOG-deck.md": re.sub(r"(## \[1.0.1\].*)", r"\1 [YANKED]", log)})
    made.commit()
    return made


@pytest.fixture(scope="module")
def released(story: Deck) -> Path:
    """The site of these releases, for tests that only read it."""
    return site(story)


def text(folder: Path, path: str) -> str:
    """What is read on a page, without the frame; words that went and came are marked."""
    (main,) = re.findall(r"(?s)<main[^>]*>(.*)</main>", (folder / path).read_text("utf-8"))
    main = re.sub(r"<(/?)(del|ins)>", r"[\1\2]", main)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


@pytest.mark.ci
def test_another_look_and_a_new_edition_are_told(tmp_path: Path) -> None:
    made = Deck(tmp_path / "project")
    made.start_git()
    made.change(day(1), VENTRICLE, VALVE)
    made.publish(day(2))
    style = '[style]\ncss = "style.css"\n[editions.heart]\ntitle = "<Heart>"\ndecks = ["Anatomy"]\n'
    made.write({"deck.toml": SETTINGS + style, "style.css": "b { color: red }\n"})
    made.change(day(3), VENTRICLE, VALVE)
    made.publish(day(4))
    data = (made.root / "releases/1.0.1.json").read_bytes()
    assert manifest.parse(data).changes == manifest.Changes(look=("Anatomy Basic",), new_editions=("<Heart>",))
    (version,) = site(made).glob("news/1.0.1")
    assert text(version, "index.html").startswith(
        "What is new Version 1.0.1 2027-01-18 · No note changed. The look of the cards changed: Anatomy Basic . "
        "A new edition: <Heart> . The file "
    )


@pytest.mark.ci
def test_what_an_update_leaves_behind_and_what_came_back_is_told(tmp_path: Path) -> None:
    made = Deck(tmp_path / "project")
    made.start_git()
    made.change(day(1), VENTRICLE, VALVE, COVER)
    made.publish(day(2))
    other = VENTRICLE.replace("What does the left ventricle pump into?", "Who found penicillin?")
    other = other.replace("The aorta.", "Alexander Fleming.")
    made.change(day(3), other, VALVE)
    made.publish(day(4))
    made.change(day(5), other, VALVE, COVER)
    made.publish(day(6))
    manifests = [
        manifest.parse((made.root / f"releases/{version}.json").read_bytes()) for version in ("2.0.0", "2.1.0")
    ]
    assert [held.changes.grave for held in manifests] == [{"other text": {"ventricle": ""}}, {}]
    folder = site(made)
    assert text(folder, "news/2.0.0/index.html").startswith(
        "What is new Version 2.0.0 2027-01-18 · 1 changed note, 1 retired note. Before you update "
        "These notes ask something wholly different now, and come with your old reviews. To learn them as new, search for them "
        "in Browse and choose Cards › Reset Card . Who found penicillin? ventricle Changed notes 1"
    )
    assert text(folder, "news/index.html").count("What to know before you update") == 1
    assert list(wrong(folder)) == []
    history = text(folder, "c/cover/index.html").partition(" History ")[2].partition(" About ")[0]
    assert history == "2.1.0 2027-01-20 It came back. 2.0.0 2027-01-18 It left the deck. 1.0.0 2027-01-16 It is new."


def test_a_manifest_of_before_tells_no_look(story: Deck) -> None:
    data = (story.root / "releases/1.1.0.json").read_bytes()
    changes = msgspec.json.decode(data)
    del changes["changes"]["look"], changes["changes"]["new_editions"], changes["changes"]["grave"]
    assert manifest.parse(msgspec.json.encode(changes)) == manifest.parse(data)


def test_the_highest_version_that_stands_is_shown(story: Deck, released: Path) -> None:
    assert list(wrong(released)) == []
    assert paths(released / "downloads") == [
        "anatomy-1.0.0.apkg", "anatomy-1.0.1.apkg", "anatomy-1.1.0.apkg", "anatomy.apkg",
    ]  # fmt: skip
    latest = story.root / "build/releases/1.1.0/anatomy-1.1.0.apkg"
    assert (released / "downloads/anatomy.apkg").read_bytes() == latest.read_bytes()
    index = text(released, "index.html")
    sums = [
        hashlib.sha256((released / "downloads" / name).read_bytes()).hexdigest()
        for name in paths(released / "downloads")
    ]
    assert re.findall(r"Version (\S+) .*? SHA-256 (\w+)", index)[0] == ("1.1.0", sums[2])
    assert re.findall(r"(\d\.\d\.\d) (?:(taken back) )?(20[-\d]+) · (.*?\.) (?:Its|anatomy)", index) == [
        ("1.1.0", "", "2027-01-20", "1 new note, 1 retired note."),
        ("1.0.1", "taken back", "2027-01-18", "1 changed note."),
        ("1.0.0", "", "2027-01-16", "The first release: 3 notes, 3 cards."),
    ]
    assert "downloads/anatomy-1.0.1.apkg" not in (released / "index.html").read_text()


def test_a_version_says_what_is_new_word_by_word(released: Path) -> None:
    assert text(released, "news/1.0.1/index.html").startswith(
        "What is new Version 1.0.1 taken back 2027-01-18 · 1 changed note. Its authors have taken this version back: "
        "use 1.1.0. The aorta is an artery . To learn again 1 Their answers are different now. "
        "What does the left ventricle pump into? ventricle Changed notes 1 What does the left ventricle pump into? ventricle "
        "Answer The [del]aorta. [/del][ins]aorta, an artery. [/ins] The file anatomy-1.0.1.apkg"
    )
    assert text(released, "news/1.1.0/index.html").startswith(
        "What is new Version 1.1.0 2027-01-20 · 1 new note, 1 retired note. New notes 1 What covers the heart? cover "
        "Retired notes 1 They stay with whoever has them, until they are deleted. Where is gas exchanged? alveoli The file anatomy"
    )


def test_a_note_has_its_history_and_the_line_it_was_built_from(story: Deck, released: Path) -> None:
    page = text(released, "c/ventricle/index.html")
    assert page.partition(" History ")[2].partition(" About ")[0] == (
        "1.0.1 2027-01-18 Its answer changed: learn it again. taken back "
        "Answer The [del]aorta. [/del][ins]aorta, an artery. [/ins] 1.0.0 2027-01-16 It is new."
    )
    html = (released / "c/ventricle/index.html").read_text("utf-8")
    assert "dw-report" not in html  # It would lead to this very page.
    (commit,) = re.findall("/blob/([0-9a-f]{40})/", html)
    assert re.findall('href="(https://github.com/example/anatomy/[^"]*)"', html) == [
        f"https://github.com/example/anatomy/blob/{commit}/cards/heart.md#L6",
        "https://github.com/example/anatomy/issues/new?title=ventricle&amp;body=Version%201.1.0%0A%0A",
    ]
    assert commit == story.git("rev-parse", "v1.1.0^").strip()


def test_ids_of_before_keep_their_pages(released: Path) -> None:
    assert text(released, "c/alveoli/index.html") == (
        "All cards Where is gas exchanged? This note is retired: it is no longer in the deck. If you have it, it stays with you, "
        "with your reviews, until you delete it. To find it, search for ID:alveoli in Browse . ID alveoli It was in Anatomy "
        "History 1.1.0 2027-01-20 It left the deck. 1.0.0 2027-01-16 It is new."
    )
    html = (released / "c/valve/index.html").read_text("utf-8")
    assert '<meta http-equiv="refresh" content="0; url=../../c/mitral-valve/index.html">' in html
    assert "<dt>ID</dt><dd><code>mitral-valve</code>, before: <code>valve</code></dd>" in (
        released / "c/mitral-valve/index.html"
    ).read_text("utf-8")


WORDS = {
    "notetypes/words/notetype.toml": '[fields]\nWord = { from = "heading" }\nMeaning = { from = "answer" }\n'
    '"Our key" = { from = "id" }\n\n[templates]\nRecognise = {}\n',
    "notetypes/words/front.html": "{{Word}}",
    "notetypes/words/back.html": "{{Meaning}} {{Our key}}",
    "notetypes/gaps/notetype.toml": 'kind = "cloze"\n\n[fields]\nText = { from = "answer" }\nTitle = { from = "heading" }\n\n'
    "[templates]\nGap = {}\n",
    "notetypes/gaps/front.html": "{{Title}} {{cloze:Text}}",
    "notetypes/gaps/back.html": "{{Title}} {{cloze:Text}}",
}


@pytest.mark.ci
def test_notes_of_a_projects_own_note_types_are_searched_for_by_what_they_have(tmp_path: Path) -> None:
    """The field with the ID may have another name, or there may be none, as may no link to the learner's stylesheet."""
    made = Deck(tmp_path / "project")
    made.write(WORDS)
    made.start_git()
    word, other = (f"## A {name} {{.words #{name}}}\n\nA {name}.\n\n" for name in ("vein", "valve"))
    gap, lung = (f"## A {name} {{.gaps #{name}}}\n\nIt has ==two== parts.\n\n" for name in ("heart", "lung"))
    made.change(day(1), word, other, gap, lung)
    made.publish(day(2))
    made.change(day(3), word, gap, retire=True)
    made.publish(day(4), "major")
    folder = site(made)
    assert list(wrong(folder)) == []
    ids = {
        line["id"]: line["nid"]
        for line in map(json.loads, made.lock.read_text("utf-8").splitlines()[1:])
        if "nid" in line
    }
    found = {
        name: re.findall(
            "[Ss]earch for <code>(.*?)</code>", unescape((folder / f"c/{name}/index.html").read_text("utf-8"))
        )
        for name in ids
    }
    assert found == {
        "vein": ['"Our key:vein"'],
        "valve": ['"Our key:valve"'],
        "heart": [f"nid:{ids['heart']}"],
        "lung": [f"nid:{ids['lung']}"],
    }
    answers = unescape((folder / "help/index.html").read_text("utf-8"))
    assert re.findall("as in <code>(.*?)</code>", answers) == [f"nid:{ids['lung']}"]
    assert "file of your own" not in answers


def test_pages_name_themselves_by_the_address(released: Path) -> None:
    addresses = {
        path.relative_to(released).as_posix(): re.findall(
            r'<(?:link rel="canonical" href|meta property="og:url" content)="([^"]*)"', path.read_text("utf-8")
        )
        for path in released.rglob("*.html")
    }
    assert addresses.pop("404.html") == addresses.pop("c/valve/index.html") == []
    for path, found in addresses.items():
        assert found == [f"https://example.org/anatomy/{path.removesuffix('index.html')}"] * 2
    assert 'href="https://example.org/anatomy/assets/site.css"' in (released / "404.html").read_text("utf-8")


def test_the_feed_has_the_versions_that_stand(released: Path) -> None:
    made = feedparser.parse((released / "feed.xml").read_bytes())
    assert not made.bozo
    assert [(entry.title, entry.link, entry.summary) for entry in made.entries] == [
        ("Anatomy 1.1.0", "https://example.org/anatomy/news/1.1.0/index.html", "<p>1 new note, 1 retired note.</p>"),
        (
            "Anatomy 1.0.0",
            "https://example.org/anatomy/news/1.0.0/index.html",
            "<p>The first release: 3 notes, 3 cards.</p>",
        ),
    ]


@pytest.mark.ci
def test_a_package_that_is_missing_or_another_is_built_again(story: Deck, tmp_path: Path) -> None:
    before = site(story, target=tmp_path / "before")
    copied = Deck(tmp_path / "clone")
    shutil.rmtree(copied.root)
    subprocess.run(["git", "clone", "--quiet", story.root, copied.root], check=True)
    folder = site(copied)
    assert paths(folder / "downloads") == ["anatomy-1.1.0.apkg", "anatomy.apkg"]
    for path in [path for path in paths(before) if path.startswith(("c/", "cards/", "assets/", "downloads/anatomy."))]:
        assert (before / path).read_bytes() == (folder / path).read_bytes(), path
    released = copied.root / "build/releases/1.1.0"
    released.mkdir(parents=True)
    (released / "anatomy-1.1.0.apkg").write_bytes((folder / "downloads/anatomy.apkg").read_bytes() + b"x")
    assert paths(site(copied) / "downloads") == ["anatomy-1.1.0.apkg", "anatomy.apkg"]
    assert (folder / "downloads/anatomy-1.1.0.apkg").read_bytes() == (before / "downloads/anatomy.apkg").read_bytes()
    html = (folder / "index.html").read_text("utf-8")
    assert re.findall(r"git checkout (\S+)|href=\"([^\"]*/releases/[^\"]*)\"", html) == [
        ("", "https://github.com/example/anatomy/releases/tag/v1.0.0"), ("v1.0.0", "")
    ]  # fmt: skip


@pytest.mark.ci
def test_a_package_is_shown_without_git(story: Deck, tmp_path: Path) -> None:
    with_git = (site(story) / "c/ventricle/index.html").read_text("utf-8")
    copied = tmp_path / "copy"
    shutil.copytree(story.root, copied, ignore=shutil.ignore_patterns(".git", "site", ".cache"))
    made = make(copied, Wish(day(9)))
    assert isinstance(made, Site), made
    assert list(wrong(made.folder)) == []
    html = (made.folder / "c/ventricle/index.html").read_text("utf-8")
    assert html == re.sub(r"<dt>Built from</dt>.*?</dd>\n?", "", with_git)
    shutil.rmtree(copied / "build/releases")
    assert make(copied, Wish(day(9))) == Refusal(
        "version 1.1.0 is not in build/releases, and could not be built again: there is no Git repository here",
        ("put anatomy-1.1.0.apkg, as it was published, into build/releases/1.1.0",),
    )


@pytest.mark.ci
def test_the_same_release_makes_the_same_files(story: Deck, tmp_path: Path) -> None:
    one, other = site(story), make(story.root, Wish(day(99), tmp_path / "other"))
    assert isinstance(other, Site)
    assert paths(one) == paths(other.folder)
    assert [path for path in paths(one) if (one / path).read_bytes() != (other.folder / path).read_bytes()] == []


@pytest.mark.ci
def test_a_draft_beside_releases_says_so(story: Deck, tmp_path: Path) -> None:
    folder = site(story, draft=True, target=tmp_path / "draft")
    assert list(wrong(folder)) == []
    assert "A draft Version 1.1.0 is not released, so there is nothing to download of it." in text(folder, "index.html")


@pytest.mark.ci
def test_parts_of_the_deck_can_be_downloaded(tmp_path: Path) -> None:
    made = Deck(tmp_path / "project")
    made.write({"deck.toml": SETTINGS + '[editions.lungs]\ntitle = "Lungs only"\ntags = ["lungs"]\n'})
    made.start_git()
    made.change(day(1), VENTRICLE, LUNGS.replace("#alveoli", '#alveoli tags="lungs"'))
    made.publish(day(2))
    folder = site(made)
    assert list(wrong(folder)) == []
    assert paths(folder / "downloads") == [
        "anatomy-1.0.0.apkg",
        "anatomy-lungs-1.0.0.apkg",
        "anatomy-lungs.apkg",
        "anatomy.apkg",
    ]
    part = (folder / "downloads/anatomy-lungs-1.0.0.apkg").read_bytes()
    said = text(folder, "index.html").partition("Parts of the deck ")[2].partition(" What people ask")[0]
    assert said == (
        "Each is a part of the same version. Whoever has a part can import another one, or the whole deck, at any time: "
        "nothing comes twice, and no review is lost. Lungs only 1 note, 1 card anatomy-lungs-1.0.0.apkg "
        f"({len(part) / 1e3:.0f} kB) SHA-256 {hashlib.sha256(part).hexdigest()}"
    )


@pytest.mark.ci
def test_a_version_that_was_taken_back_is_not_offered(story: Deck, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(story.root, copied, ignore=shutil.ignore_patterns("site"))
    log = copied / "CHANGELOG-deck.md"
    log.write_text(re.sub(r"(## \[1.1.0\].*)", r"\1 [YANKED]", log.read_text()))
    made = make(copied, Wish(day(9)))
    assert isinstance(made, Site)
    assert made.version == "1.0.0"
    assert (made.folder / "downloads/anatomy.apkg").read_bytes() == (
        copied / "build/releases/1.0.0/anatomy.apkg"
    ).read_bytes()


@pytest.mark.ci
def test_where_all_versions_were_taken_back_none_is_offered(story: Deck, tmp_path: Path) -> None:
    copied = tmp_path / "copy"
    shutil.copytree(story.root, copied, ignore=shutil.ignore_patterns("site"))
    log = copied / "CHANGELOG-deck.md"
    log.write_text(re.sub(r"(## \[\d.*)", r"\1 [YANKED]", log.read_text()))
    made = make(copied, Wish(day(9)))
    assert isinstance(made, Site)
    index, answers = ((made.folder / page).read_text("utf-8") for page in ("index.html", "help/index.html"))
    assert (
        re.findall("<p>Its authors .*</p>|<a[^>]*download>", index + answers)
        == ["<p>Its authors have taken this version back, and there is no other yet.</p>"] * 4
    )
