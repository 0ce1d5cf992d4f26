"""`diagrams.editing`: masks that an author wants → the file that has them, of which nothing else is another."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from deckwright.cache import Cache
from deckwright.diagnostics import Diagnostic
from deckwright.diagrams import drawing as drawing_of
from deckwright.diagrams import editing, marking, mask_file
from deckwright.diagrams.editing import Edited, Wanted
from deckwright.diagrams.edits import Edits, edited
from deckwright.diagrams.labels import read as read_labels
from deckwright.diagrams.svg_edits import with_attributes
from deckwright.limits import MAX_MASK_FILE_BYTES, MAX_SVG_ATTRIBUTES, MAX_SVG_BYTES
from deckwright.model import Mask

SIZE = (1600, 900)
PATH = "media/console.masks.toml"

BY_HAND = """\
# The console of a VPC
size = [1600, 900]   # of the picture

# what lets packets out
[[mask]]
name = "internet-gateway"  # both ways
left = 0.41
top = .12
width = 0.18
height = 6.0e-2

# the table
# of routes
[[mask]]
  name = 'route-table'
  shape = "polygon"
  points = [
    [0.10, 0.50],  # left
    [0.30, 0.50], [0.20, 0.7000001],
  ]
  hint = "where to?"

[[mask]]
name = "nat"
left = 0.8
top = 0.1
width = 0.05
height = 0.05
# the end
""".replace("top = .12", "top = 0.12")


def masks_of(data: bytes, size: tuple[int, int] = SIZE) -> list[Mask]:
    """All masks of a file that is sound."""
    masks, found = mask_file.parse(data, PATH, size, is_raw=True)
    assert [one for one in found if one.severity == "error"] == []
    return [mask for mask in masks if mask]


def as_they_are(data: bytes, size: tuple[int, int] = SIZE) -> list[Wanted]:
    return [Wanted(place, mask) for place, mask in enumerate(masks_of(data, size))]


def file(data: bytes | None, wanted: Sequence[Wanted], *known: str, size: tuple[int, int] = SIZE) -> Edited:
    return editing.in_file(data, PATH, size, wanted, known)


def written(data: bytes | None, wanted: Sequence[Wanted], *known: str, size: tuple[int, int] = SIZE) -> str:
    made = file(data, wanted, *known, size=size)
    assert made.data is not None, made.found
    return made.data.decode()


def changed(data: bytes, place: int, **values: object) -> list[Wanted]:
    """The masks of a file, one of them with other values."""
    wanted = as_they_are(data)
    return [replace(one, mask=replace(one.mask, **values)) if one.place == place else one for one in wanted]


def box(name: str, left: float = 0.1, top: float = 0.1, **values: object) -> Mask:
    return Mask(name, left, top, 0.1, 0.1, **values)


def codes(found: Sequence[Diagnostic]) -> list[str]:
    return [one.code for one in found]


# A mask file that somebody wrote


def test_of_a_mask_that_is_moved_only_its_numbers_change() -> None:
    data = BY_HAND.encode()
    wanted = changed(data, 0, left=0.5, top=0.12000001)
    assert written(data, wanted) == BY_HAND.replace("left = 0.41", "left = 0.5000")
    wanted = changed(data, 1, points=((0.1, 0.5), (0.3, 0.5), (0.25, 0.7)))
    assert written(data, wanted) == BY_HAND.replace("[0.20, 0.70", "[0.2500, 0.70")


def test_a_mask_that_goes_takes_what_is_said_of_it_along() -> None:
    data = BY_HAND.encode()
    first, second, third = as_they_are(data)
    start, middle = BY_HAND.index("# what lets"), BY_HAND.index("# the table")
    end = BY_HAND.index('[[mask]]\nname = "nat"')
    assert written(data, [second, third]) == BY_HAND[:start] + BY_HAND[middle:]
    assert written(data, [first, third]) == BY_HAND[:middle] + BY_HAND[end:]
    assert written(data, [first, second]) == BY_HAND[:end] + "# the end\n"
    assert written(data, []) == BY_HAND[:start] + "# the end\n"


def test_a_new_mask_comes_last() -> None:
    data = BY_HAND.encode()
    new = Mask("new", 0.5, 0.5, 0.25, 0.125, shape="ellipse", angle=-30.00001, group="a", hint='say "é"', hide_one=True)
    assert written(data, [Wanted(None, new), *as_they_are(data)]) == BY_HAND + (
        '\n[[mask]]\nname = "new"\nshape = "ellipse"\nleft = 0.5000\ntop = 0.5000\nwidth = 0.2500\nheight = 0.1250\n'
        'angle = 330\ngroup = "a"\nhint = "say \\"é\\""\nhide-one = true\n'
    )


def test_another_shape_has_other_keys() -> None:
    data = BY_HAND.encode()
    wanted = changed(data, 1, shape="rect", points=(), left=0.5, top=0.5, width=0.1, height=0.1, hint="")
    start, end = BY_HAND.index('  shape = "polygon"'), BY_HAND.index('\n[[mask]]\nname = "nat"')
    new = "  left = 0.5000\n  top = 0.5000\n  width = 0.1000\n  height = 0.1000\n"
    assert written(data, wanted) == BY_HAND[:start] + new + BY_HAND[end:]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_endings_and_the_byte_order_mark_stay(ending: str, mark: str) -> None:
    data = (mark + BY_HAND.replace("\n", ending)).encode()
    wanted = [*changed(data, 0, group="out"), Wanted(None, box("new"))]
    made = mark + BY_HAND.replace("height = 6.0e-2\n", 'height = 6.0e-2\ngroup = "out"\n')
    made += '\n[[mask]]\nname = "new"\nleft = 0.1000\ntop = 0.1000\nwidth = 0.1000\nheight = 0.1000\n'
    assert written(data, wanted) == made.replace("\n", ending)


def test_a_file_without_an_end_of_its_last_line_is_edited() -> None:
    text = '[[mask]]\nname = "a"\nleft = 0.1\ntop = 0.1\nwidth = 0.1\nheight = 0.1'
    assert written(text.encode(), changed(text.encode(), 0, group="g")) == f'{text}\ngroup = "g"'
    new = '\n\n[[mask]]\nname = "b"\nleft = 0.5000\ntop = 0.5000\nwidth = 0.1000\nheight = 0.1000\n'
    assert written(text.encode(), [*as_they_are(text.encode()), Wanted(None, box("b", 0.5, 0.5))]) == text + new


def test_pixels_stay_pixels() -> None:
    data = b'unit = "px"\n[[mask]]\nname = "a"\nleft = 160\ntop = 90.5\nwidth = 320\nheight = 9_0\n'
    [one] = as_they_are(data)
    assert written(data, [one]) == data.decode()
    wanted = [replace(one, mask=replace(one.mask, left=0.2, width=0.1234)), Wanted(None, box("b", 0.5, 0.5))]
    assert written(data, wanted) == (
        'unit = "px"\n[[mask]]\nname = "a"\nleft = 320\ntop = 90.5\nwidth = 197.4\nheight = 9_0\n'
        '\n[[mask]]\nname = "b"\nleft = 800\ntop = 450\nwidth = 160\nheight = 90\n'
    )


LISTED = """\
mask = [
  { name = "a", left = 0.1, top = 0.1, width = 0.1, height = 0.1 }, # first
  # then
  {name='b',left=0.5,top=0.5,width=0.1,height=0.1},
]
size = [1600, 900]
"""


def test_masks_in_a_list_stay_in_it() -> None:
    data = LISTED.encode()
    first, second = as_they_are(data)
    assert written(data, [first, second]) == LISTED
    moved = written(data, changed(data, 0, left=0.3))
    assert moved == LISTED.replace("left = 0.1,", "left = 0.3000,")
    assert written(data, [first]) == LISTED.replace("  {name='b',left=0.5,top=0.5,width=0.1,height=0.1},\n", "")
    more = written(data, [first, second, Wanted(None, box("c", 0.8, 0.8))])
    assert tomllib.loads(more)["mask"][2] == {"name": "c", "left": 0.8, "top": 0.8, "width": 0.1, "height": 0.1}
    assert more.replace(', {name = "c", left = 0.8000, top = 0.8000, width = 0.1000, height = 0.1000}', "") != more or (
        more.startswith(LISTED[: LISTED.index("]\nsize")])
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "mask = []\n", "size = [1600, 900]"])
def test_the_first_mask_comes_into_a_file_without_any(text: str) -> None:
    made = written(text.encode(), [Wanted(None, box("a"))])
    assert made.startswith(text.replace("[]\n", "[")) and [mask.name for mask in masks_of(made.encode())] == ["a"]


def test_a_new_file_says_for_which_size_it_is() -> None:
    assert written(None, [Wanted(None, box("a"))]) == mask_file.dump([box("a")], SIZE)
    assert written(None, []) == ""


def test_another_size_is_right_once_the_masks_are_saved() -> None:
    data = BY_HAND.replace("[1600, 900]", "[ 800,600 ]").encode()
    masks, found = mask_file.parse(data, PATH, SIZE, is_raw=True)
    assert codes(found) == ["O011"]
    made = written(data, [Wanted(place, mask) for place, mask in enumerate(masks) if mask])
    assert made == BY_HAND.replace("[1600, 900]", "[ 1600,900 ]")


@pytest.mark.parametrize("size", ["[1600]", "[1600, 900, 1]", "5", '"large"', "[]"])
def test_a_size_that_is_none_is_right_once_the_masks_are_saved(size: str) -> None:
    data = BY_HAND.replace("[1600, 900]", size).encode()
    assert written(data, as_they_are(BY_HAND.encode())) == BY_HAND


def test_what_cannot_be_used_stays() -> None:
    bad = '[[mask]]\nname = "bad"\nleft = "0.1"\n\n'
    text = BY_HAND.replace("# the table", bad + "# the table")
    masks, found = mask_file.parse(text.encode(), PATH, SIZE, is_raw=True)
    assert codes(found) == ["O009"] * 2 and masks[1] is None
    wanted = [Wanted(place, mask) for place, mask in enumerate(masks) if mask]
    assert written(text.encode(), wanted) == text
    made = file(text.encode(), [wanted[1], Wanted(None, box("new"))])
    assert made.data and bad.encode() in made.data and b"internet" not in made.data
    assert [one.mask.name for one in made.wanted] == ["route-table", "new"]
    assert made.places == [1, 2]  # behind the one that cannot be used


def test_a_text_that_looks_like_a_header_is_none() -> None:
    text = '[[mask]]\nname = "a"\nleft = 0.1\ntop = 0.1\nwidth = 0.1\nheight = 0.1\nhint = """\n[[mask]]\n"""\n'
    wanted = changed(text.encode(), 0, left=0.2)
    assert written(text.encode(), wanted) == text.replace("left = 0.1", "left = 0.2000")


def test_what_is_new_is_put_on_one_line_and_what_was_there_stays() -> None:
    text = BY_HAND.replace('hint = "where to?"', 'hint = "where  to?\\n"')
    data = text.encode()
    assert written(data, as_they_are(data)) == text
    made = written(data, changed(data, 1, hint="which  \n way\x00\ud800?"))
    assert made == BY_HAND.replace("where to?", "which way ?")


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (box(""), ["O003"]),
        (box("a b"), ["O003"]),
        (box("a\x7f"), ["O003"]),
        (box("a", group="b c"), ["O003"]),
        (box("nat", 0.3, 0.3), ["O006"]),
        (box("a", 0.95, 0.3), ["O017"]),
        (box("a", -0.01, 0.3), ["O017"]),
        (box("a", float("nan"), 0.3), ["O009"]),
        (Mask("a", 0.1, 0.3, 0, 0.1), ["O009"]),
        (Mask("a", 0.1, 0.3, 0.1, 0.00001), ["O009"]),
        (Mask("a", 0, 0, 0, 0, shape="polygon", points=((0.1, 0.1), (0.2, 0.2))), ["O009"]),
        (Mask("a", 0, 0, 0, 0, shape="polygon", points=((0.1, 0.1), (0.2, 0.2), (0.3, 0.3))), ["O009"]),
    ],
)
def test_masks_that_cannot_be_are_refused(mask: Mask, said: list[str]) -> None:
    data = BY_HAND.encode()
    made = file(data, [*as_they_are(data), Wanted(None, mask)])
    assert (made.data, codes(made.found)) == (None, said)


@pytest.mark.parametrize("data", [None, BY_HAND.encode()])
def test_no_file_is_made_that_nobody_would_read(data: bytes | None) -> None:
    kept = as_they_are(data) if data else []
    made = file(data, [*kept, Wanted(None, box("new", 0.5, 0.5, hint="x" * MAX_MASK_FILE_BYTES))])
    assert (made.data, [one.message for one in made.found]) == (
        None,
        ["the mask file cannot be read: it would have more than 256 KiB"],
    )


def test_a_file_that_is_not_toml_is_refused() -> None:
    made = file(b"mask = [", [Wanted(None, box("a"))])
    assert (made.data, codes(made.found)) == (None, ["O010"])
    made = file(b"mask = 3\n", [Wanted(None, box("a"))])
    assert (made.data, codes(made.found)) == (None, ["O010"])


# Names that learners' cards are known by


def history(before: Mapping[int, Mask], after: Sequence[tuple[int | None, str, str]], *known: str) -> list[str]:
    """What the masks were called before; `after` has their places, names and groups."""
    wanted = [
        Wanted(place, replace(before.get(-1 if place is None else place, box("")), name=name, group=group))
        for place, name, group in after
    ]
    return [one.mask.was for one in editing.with_former_names(before, wanted, known)]


A, B, C = box("a"), box("b"), box("c")


@pytest.mark.parametrize(
    ("before", "after", "known", "was"),
    [
        ([A], [(0, "a", "")], "a", [""]),
        ([A], [(0, "z", "")], "a", ["a"]),
        ([A], [(0, "z", "")], "", [""]),  # no build has seen it yet
        ([box("b", was="a")], [(0, "c", "")], "a", ["a"]),  # a → b → c without a build
        ([box("b", was="a")], [(0, "c", "")], "b", ["b"]),  # with one
        ([box("b", was="a")], [(0, "a", "")], "a", [""]),
        ([box("b", was="a")], [(0, "b", "")], "b", ["a"]),  # nothing changes
        ([box("b", was="a")], [(0, "b", "")], "a", ["a"]),
        ([A, B], [(0, "a", ""), (1, "c", "")], "ab", ["", "b"]),
        ([A, B], [(1, "a", "")], "ab", ["b"]),  # the first one goes, the second takes its name
        ([A], [(0, "z", ""), (None, "a", "")], "a", ["", ""]),  # a new one has the name, and so the card
        ([A], [(0, "a", ""), (None, "z", "")], "a", ["", ""]),
        ([A, B], [(0, "a", "g"), (1, "b", "g")], "ab", ["a", ""]),  # the first one's card goes on
        ([A], [(0, "a", "g")], "a", ["a"]),
        ([box("a", group="g"), box("b", group="g")], [(0, "a", "h"), (1, "b", "h")], "g", ["g", ""]),
        ([box("a", group="g"), box("b", group="g")], [(0, "z", "g"), (1, "b", "g")], "g", ["", ""]),
        ([box("a", group="g"), box("b", group="g")], [(0, "a", "g"), (1, "b", "h")], "g", ["", ""]),
        ([box("a", group="g"), box("b", group="g")], [(0, "a", ""), (1, "b", "")], "g", ["g", ""]),
        ([box("a", group="h", was="g"), box("b", group="h")], [(0, "a", "i"), (1, "b", "i")], "g", ["g", ""]),
        ([box("a", group="h", was="g"), box("b", group="h")], [(1, "b", "h")], "g", ["g"]),  # who said it goes
        ([box("a", group="h", was="g"), box("b", group="h")], [(0, "a", "g"), (1, "b", "g")], "g", ["", ""]),
    ],
)
def test_a_card_that_learners_have_goes_on(
    before: list[Mask], after: list[tuple[int | None, str, str]], known: str, was: list[str]
) -> None:
    assert history(dict(enumerate(before)), after, *known) == was


def test_who_undoes_a_rename_across_a_save_keeps_the_card() -> None:
    """A page may send a mask as it had it before the save that gave it its `was`."""
    before = {0: box("b", was="a")}
    made = editing.with_former_names(before, [Wanted(0, box("b"))], {"a"})
    assert made == [Wanted(0, box("b", was="a"))]


def test_what_the_author_says_of_a_former_name_counts() -> None:
    made = editing.with_former_names({0: A}, [Wanted(0, box("z", was="old"))], {"a"})
    assert made == [Wanted(0, box("z", was="a"))]
    made = editing.with_former_names({0: A}, [Wanted(None, box("z", was="old"))], {"a", "old"})
    assert made == [Wanted(None, box("z", was="old"))]


# By chance

NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Z"], exclude_characters="\"'{}:="), min_size=1, max_size=6
)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), max_size=8).map(
    lambda t: " ".join(t.split())
)
FRACTIONS = st.one_of(st.integers(0, 1_000).map(lambda n: n / 10_000), st.floats(0, 0.1))


@st.composite
def some_masks(draw: st.DrawFn, cell: int = 0) -> Mask:
    """A mask in a quarter of the width and of the height, so that those in other cells are beside it."""
    shape = draw(st.sampled_from(["rect", "ellipse", "polygon"]))
    left, top = cell % 4 / 4 + 0.02 + draw(FRACTIONS), cell // 4 / 4 + 0.02 + draw(FRACTIONS)
    width, height = (max(draw(FRACTIONS), 0.001) for _ in range(2))
    points = ()
    if shape == "polygon":
        points = ((left, top), (left + width, top), (left, top + height))
        points += tuple((left - n / 1_000, top + n / 500) for n in range(draw(st.integers(0, 2))))
    return Mask(
        draw(NAMES),
        left,
        top,
        width,
        height,
        shape=shape,
        points=points,
        group=draw(st.sampled_from(["", "g", "ö"])),
        hint=draw(TEXTS),
        label=draw(TEXTS),
        hide_one=draw(st.booleans()),
    )


@st.composite
def files_of(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A mask file as somebody may have written it, and the lines of each mask."""
    number = draw(st.integers(0, 4))
    masks = [draw(some_masks(cell)) for cell in range(number)]
    masks = [*{mask.name: mask for mask in masks}.values()]
    is_pixels = draw(st.booleans())
    spaces = st.sampled_from(["", " ", "\t", "  "])
    blocks = []
    for mask in masks:
        values = list(mask_file.values(mask, SIZE if is_pixels else (1, 1)).items())
        lines = [f"{draw(spaces)}[[{draw(spaces)}mask]]{draw(st.sampled_from(['', ' # a mask']))}"]
        for key, value in draw(st.permutations(values)):
            lines += draw(st.sampled_from([[], [], ["# a line"], [""]]))
            written = draw(st.sampled_from([key, f'"{key}"']))
            lines.append(
                f"{draw(spaces)}{written}{draw(spaces)}={draw(spaces)}{value}{draw(st.sampled_from(['', ' # é']))}"
            )
        blocks.append("\n".join(lines) + "\n")
    start = draw(st.sampled_from(["", "# A picture\n", f"size = [{SIZE[0]}, {SIZE[1]}]\n", "# a\n\n# b\n"]))
    start += 'unit = "px"\n' if is_pixels else ""
    gaps = [draw(st.sampled_from(["", "\n", "\n\n# about it\n", "# at the end\n\n"])) for _ in blocks]
    text = start + "".join(block + gap for block, gap in zip(blocks, gaps, strict=True))
    return text, blocks


@settings(max_examples=many(15, 2_000))
@given(files_of(), st.data())
def test_what_is_written_says_what_was_wanted_and_nothing_else_is_another(
    made: tuple[str, list[str]], data: st.DataObject
) -> None:
    text, blocks = made
    is_dos, is_marked = data.draw(st.booleans()), data.draw(st.booleans())

    def encoded(text: str) -> bytes:
        return ("\ufeff" * is_marked + (text.replace("\n", "\r\n") if is_dos else text)).encode()

    source = encoded(text)
    loaded = masks_of(source) if blocks else []
    assert file(source, [Wanted(place, mask) for place, mask in enumerate(loaded)]).data == source
    wanted, untouched = [], []
    for place, old in enumerate(loaded):
        mask = old
        fate = data.draw(st.sampled_from(["stays", "stays", "goes", "changes"]))
        if fate == "changes":
            other = data.draw(some_masks(place))
            keys = data.draw(st.sets(st.sampled_from(["name", "hint", "label", "group", "hide_one", "shape"])))
            names = [name for name in Mask.__struct_fields__ if name in keys]
            if "shape" in keys:
                names += ["left", "top", "width", "height", "points"]
            if "name" in keys and other.name in {one.name for one in loaded}:
                names.remove("name")
            mask = replace(old, **{name: getattr(other, name) for name in names})
        elif fate == "stays":
            untouched.append(blocks[place])
        if fate != "goes":
            wanted.append(Wanted(place, mask))
    wanted += [Wanted(None, data.draw(some_masks(cell))) for cell in range(8, 8 + data.draw(st.integers(0, 2)))]
    if len({one.mask.name for one in wanted}) < len(wanted):
        return
    result = file(source, wanted)
    assert result.data is not None, (result.found, text)
    if wanted:
        again = masks_of(result.data)
        assert [mask_file.values(mask) for mask in again] == [mask_file.values(one.mask) for one in wanted], text
        assert [again[place].name for place in result.places] == [one.mask.name for one in result.wanted]
    for block in untouched:
        assert encoded(block).removeprefix("\ufeff".encode()) in result.data + (b"\r\n" if is_dos else b"\n")
    assert result.data.startswith(b"\xef\xbb\xbf") == is_marked
    assert not is_dos or result.data.count(b"\n") == result.data.count(b"\r\n") or b"\n" not in source


def test_edits_that_are_none_change_nothing() -> None:
    assert not Edits({})
    for text in (BY_HAND, LISTED, "", "\ufeff# a\r\n"):
        assert edited(text.encode(), Edits({})) == text.encode()


# In an SVG


@pytest.mark.parametrize(
    ("inside", "is_again"),
    [
        ('<text x="9" y="16"{0}>blade</text><text x="9" y="36"{1}>stalk</text>', False),
        pytest.param('<g{0}><text x="9" y="16"{1}>blade</text><path d="M1 1h9v9z"/></g>', True, marks=pytest.mark.ci),
        pytest.param(
            '<style>[data-mask]{{fill:none}}</style><text x="9" y="16">a</text><text x="9" y="36"{1}>b</text><g{0}/>',
            True,
            marks=pytest.mark.ci,
        ),
    ],
)
def test_what_is_a_mask_now_is_found_without_drawing(
    monkeypatch: pytest.MonkeyPatch, inside: str, is_again: bool
) -> None:
    """Unless that may be another picture; and what is found is what is found by drawing."""
    drawings = []
    draw = drawing_of.draw

    def counted(*arguments: Any) -> Any:
        drawings.append(arguments)
        return draw(*arguments)

    monkeypatch.setattr(drawing_of, "draw", counted)
    monkeypatch.setattr(marking, "_looks", {})
    before, after = (
        f"{HEAD}{inside.format(*attributes)}</svg>".encode()
        for attributes in ((' data-mask="a"', ""), (' data-mask="b" data-mask-group="g"', " data-mask='c'"))
    )
    marking.marked(before, "a.svg", Cache())
    found = marking.marked(after, "a.svg", Cache())
    assert len(drawings) == 1 + is_again
    marking._looks.clear()
    assert found == marking.marked(after, "a.svg", Cache())


HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">'
LEAF = f"""<?xml version='1.0' encoding='UTF-8'?>
<!-- a < leaf -->{HEAD}
  <text x="9" y="16" data-mask='blade' data-mask-hint = "the “broad” part"
     class="a>b">blade</text>
  <text x="9"
\ty="36">stalk</text><text data-mask="vein" x="40" y="36"/>
</svg>
"""


def drawing(source: bytes, *wanted: Wanted, known: str = "", shown: Sequence[int] = (1, 3)) -> Edited:
    labels, _ = read_labels(source, "a.svg")
    assert labels
    masks = {label.number: box(label.name, group=label.group, hint=label.hint, was=label.was) for label in labels.masks}
    return editing.in_drawing(source, "a.svg", {number: masks[number] for number in shown}, wanted, known.split())


BLADE = Wanted(1, box("blade", hint="the “broad” part"))
VEIN = Wanted(3, box("vein"))


def test_in_an_svg_only_attributes_of_masks_change() -> None:
    source = LEAF.encode()

    def made(*wanted: Wanted, known: str = "") -> str:
        data = drawing(source, *wanted, known=known).data
        assert data is not None
        return data.decode()

    assert made(BLADE, VEIN) == LEAF
    assert made(VEIN) == LEAF.replace(""" data-mask='blade' data-mask-hint = "the “broad” part\"""", "")
    assert made(BLADE) == LEAF.replace(' data-mask="vein"', "")
    named = Wanted(1, box("it's", hint='a "<&>', group="g"))
    assert drawing(source, named, VEIN).found[0].code == "O003"
    named = Wanted(1, box("blåd", hint="a \"<&>'", group="g"))
    assert made(named, VEIN, known="blade") == LEAF.replace(
        """data-mask='blade' data-mask-hint = "the “broad” part\"""",
        """data-mask='blåd' data-mask-hint = "a &quot;&lt;&amp;>'" data-mask-group="g" data-mask-was="blade\"""",
    )
    assert made(BLADE, Wanted(2, box("stalk")), VEIN) == LEAF.replace(
        '<text x="9"\n', '<text data-mask="stalk" x="9"\n'
    )


def test_masks_of_an_svg_that_were_not_seen_stay() -> None:
    assert drawing(LEAF.encode(), BLADE, shown=[1]).data == LEAF.encode()


def test_only_what_can_be_a_mask_can_be_marked() -> None:
    for number in (0, 9, None):
        made = drawing(LEAF.encode(), BLADE, VEIN, Wanted(number, box("new")))
        assert (made.data, codes(made.found)) == (None, ["O009"])
    made = drawing(LEAF.encode(), BLADE, replace(VEIN, mask=box("blade")))
    assert (made.data, codes(made.found)) == (None, ["O006"])


@pytest.mark.parametrize(
    ("attributes", "filling", "said"),
    [
        ("", " " * (MAX_SVG_BYTES - 130), "`a.svg` is larger than 5 MiB"),
        (
            "".join(f' a{n}=""' for n in range(MAX_SVG_ATTRIBUTES - 2)),
            "",
            "`a.svg` has an element with more than 100 attributes",
        ),
    ],
    ids=["bytes", "attributes"],
)
def test_no_drawing_is_made_that_nobody_would_read(attributes: str, filling: str, said: str) -> None:
    source = f'{HEAD}<text x="9" y="16"{attributes}>blade</text>{filling}</svg>'.encode()
    made = drawing(source, Wanted(1, box("blade", hint="broad")), shown=[])
    assert (made.data, [one.message for one in made.found]) == (None, [said])


@pytest.mark.parametrize(
    ("encoding", "declared", "written"),
    [
        ("utf-8", "", "é“"),
        ("utf-8-sig", "", "é“"),
        ("utf-8", "<?xml version='1.0' encoding='utf-8'?>", "é“"),
        ("latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?>", "&#233;&#8220;"),
        ("cp1252", "<?xml version='1.0' encoding='windows-1252'?>", "&#233;&#8220;"),
        ("utf-16", "<?xml version='1.0' encoding='UTF-16'?>", "é“"),
        ("utf-16", "", "é“"),
        ("utf-16-le", "<?xml version='1.0' encoding='UTF-16LE'?>", "é“"),
        ("utf-16-be", "<?xml version='1.0' encoding='UTF-16BE'?>", "é“"),
    ],
)
def test_every_encoding_stays(encoding: str, declared: str, written: str) -> None:
    text = f'{declared}{HEAD}<title>ñ</title><text x="9" y="16">blåde</text></svg>'
    source = text.encode(encoding)
    made = drawing(source, Wanted(2, box("é“")), shown=[])
    expected = text.replace("<text ", f'<text data-mask="{written}" ')
    assert made.data == expected.encode(encoding)
    labels, _ = read_labels(made.data, "a.svg")
    assert labels and [label.name for label in labels.masks] == ["é“"]


VALUES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"], max_codepoint=0xFFFD), max_size=6).map(
    lambda text: " ".join(text.split())
)


@settings(max_examples=many(15, 2_000))
@given(st.data())
def test_attributes_say_what_was_wanted_and_all_else_stays(data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]))
    tags = []
    for _ in range(data.draw(st.integers(1, 4))):
        attributes = data.draw(
            st.lists(st.sampled_from(["x", "data-mask", "data-mask-hint", "data-masks", "y"]), unique=True)
        )
        tag = "<g"
        for name in attributes:
            quote = data.draw(st.sampled_from("\"'"))
            value = data.draw(st.sampled_from(["1", "a&amp;b", "a > b", "a\n b", "data-mask=1 "]))
            space, equals = (
                data.draw(st.sampled_from([" ", "\n\t", "  "])),
                data.draw(st.sampled_from(["=", " = ", "=\n"])),
            )
            tag += f"{space}{name}{equals}{quote}{value}{quote}"
        tags.append(tag + data.draw(st.sampled_from(["/>", " />", "></g>", "\n>é</g>"])))
    source = f"<?xml version='1.0' encoding='{encoding}'?>\n<svg><!--<g data-mask=''>-->{''.join(tags)}</svg>".encode(
        encoding
    )
    ours = ["data-mask", "data-mask-hint"]
    wanted = {
        number: {name: data.draw(st.one_of(st.none(), VALUES)) for name in data.draw(st.sets(st.sampled_from(ours)))}
        for number in data.draw(st.sets(st.integers(1, len(tags))))
    }
    made = with_attributes(source, wanted)

    from lxml import etree

    before, after = etree.fromstring(source), etree.fromstring(made)
    for number, (old, new) in enumerate(zip(before.iter("*"), after.iter("*"), strict=True)):
        expected = {**old.attrib, **wanted.get(number, {})}
        assert dict(new.attrib) == {name: value for name, value in expected.items() if value is not None}
    every = {number: dict.fromkeys(ours) for number in range(1, len(tags) + 1)}
    assert with_attributes(source, every) == with_attributes(made, every)
    assert wanted or made == source
