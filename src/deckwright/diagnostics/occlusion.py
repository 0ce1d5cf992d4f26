"""O: pictures with masks. Their messages, and the pages of `deckwright explain`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from ..limits import (
    MAX_DRAWN_ELEMENTS,
    MAX_DRAWN_NESTING,
    MAX_DRAWN_TEXT,
    MAX_EMBEDDED_PIXELS,
    MAX_FILTER_NESTING,
    MAX_FILTER_STEPS,
    MAX_LABELS,
    MAX_NUMBER,
    MAX_OCTAVES,
    MAX_OVERLAPPING,
    MAX_PIXELS,
)
from .declare import Words, declare


@declare("O001")
def no_image() -> Words:
    """An occlusion section has no picture.

    Bad:
        ## The parts of a leaf {.occlusion}
        A blade and a stalk.
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    return "this occlusion section has no picture", "add one: ![what it shows](../media/diagram.svg)"


@declare("O002")
def no_masks(path: str, beside: str = "") -> Words:
    """A picture has no masks.

    In an SVG, every element with `data-mask="name"` is a mask. The masks of any other picture are in a file beside it.
    `deckwright masks suggest` writes either for you.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text x="9" y="20">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    by_hand = f"write {beside}" if beside else 'name its labels, as in <text data-mask="name">'
    return f"`{path}` has no masks", f"{by_hand}, or run: deckwright masks suggest {path}"


@declare("O003")
def bad_mask_name(name: str) -> Words:
    """A mask has no name, or a name that it cannot have.

    A card is known by the name of its mask or group, for as long as the deck exists. The name may be written in a tag,
    so it has no spaces, quotes, braces, `:` or `=`.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="the blade" x="9" y="20">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    message = f"`{name}` cannot be the name of a mask or a group" if name else "this mask has no name"
    return message, "name it after what it covers, as in internet-gateway"


@declare("O004")
def invisible_mask(name: str) -> Words:
    """A mask covers nothing.

    The drawing looks the same without the element: it is outside the picture, transparent, or behind another one.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="90">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    return f"the mask `{name}` covers nothing", "put data-mask on an element that is seen, not on one in <defs>"


@declare("O005", "warning")
def touching(name: str, other: str) -> Words:
    """A mask covers part of another label.

    That part is hidden when the mask is asked, and shown with its answer.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
          <text x="9" y="24">stalk</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="16">blade</text>
          <text x="9" y="36">stalk</text>
        </svg>
    """
    return f"the mask `{name}` covers part of “{other}”", "move the two apart in the drawing"


@declare("O006")
def repeated_name(name: str) -> Words:
    """Two masks have the same name.

    To ask for both on one card, give them a group.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="leaf" x="9" y="16">blade</text>
          <text data-mask="leaf" x="9" y="36">stalk</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="16">blade</text>
          <text data-mask="stalk" x="9" y="36">stalk</text>
        </svg>
    """
    hint = f'rename one of them; to ask for both on one card, give both the group "{name}-all"'
    return f"two masks have the name `{name}`", hint


@declare("O007")
def covered(name: str, other: str) -> Words:
    """Two masks overlap.

    When one of them is removed for the answer, the other still covers part of it.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
          <text data-mask="stalk" x="9" y="24">stalk</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="16">blade</text>
          <text data-mask="stalk" x="9" y="36">stalk</text>
        </svg>
    """
    return f"the masks `{name}` and `{other}` overlap", "move them apart, or put both in one group"


@declare("O008")
def unknown_key(key: str, suggestion: str, known: Iterable[str]) -> Words:
    """A key in a mask file is unknown.

    It would have no effect, and the key that was meant would be missing or keep its default. The keys of a mask are `name`,
    `left`, `top`, `width`, `height`, `shape`, `points`, `angle`, `group`, `hint`, `was`, `label` and `hide-one`. Before the
    first mask stand `size` and `unit`.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Bad (media/diagram.masks.toml):
        [[mask]]
        name = "blade"
        left = 0.1
        top = 0.2
        width = 0.3
        height = 0.1
        hnit = "broad"
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Good (media/diagram.masks.toml):
        [[mask]]
        name = "blade"
        left = 0.1
        top = 0.2
        width = 0.3
        height = 0.1
        hint = "broad"
    """
    hint = f"did you mean `{suggestion}`?" if suggestion else f"the keys are {', '.join(known)}"
    return f"`{key}` is not a key of a mask file", hint


MaskProblem = Literal["unit", "entry", "type", "shape", "missing", "points", "not a polygon", "empty"]
"""What is wrong with a value of a mask file; `bad_mask` has the words."""


@declare("O009")
def bad_mask(what: str, problem: MaskProblem, known: Iterable[str] = ()) -> Words:
    """A value in a mask file cannot be used.

    A rectangle or an ellipse needs `left`, `top`, `width` and `height`, a polygon at least three `points`. Lengths are
    numbers without quotes: fractions of the picture, 0 to 1, or with `unit = "px"` pixels.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Bad (media/diagram.masks.toml):
        [[mask]]
        name = "blade"
        left = 0.1
        top = 0.2
        width = "0.3"
        height = 0.1
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Good (media/diagram.masks.toml):
        [[mask]]
        name = "blade"
        left = 0.1
        top = 0.2
        width = 0.3
        height = 0.1
    """
    listed = ", ".join(known)
    hint = {
        "unit": 'write unit = "px", or leave the line out for fractions of the picture',
        "entry": "begin each mask with a line [[mask]], and write its keys below",
        "type": f"the value must be {listed}",
        "shape": f"the shapes are {listed}",
        "missing": f"it needs {listed}",
        "points": "write at least three pairs: points = [[0.1, 0.2], [0.3, 0.2], [0.2, 0.4]]",
        "not a polygon": 'write shape = "polygon", or remove the points',
        "empty": "a mask must have a width and a height above 0",
    }[problem]
    return f"{what} cannot be used", hint


@declare("O010")
def not_toml(reason: str) -> Words:
    """A mask file is not TOML.

    None of its masks can be read. Text is in quotes, numbers are not, and each key and its value have a line of their own.
    TOML is described at https://toml.io/.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Bad (media/diagram.masks.toml):
        [[mask]]
        name = blade
        left = 0.1
        top = 0.2
        width = 0.3
        height = 0.1
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Good (media/diagram.masks.toml):
        [[mask]]
        name = "blade"
        left = 0.1
        top = 0.2
        width = 0.3
        height = 0.1
    """
    hint = "see https://toml.io; strings are in quotes, and a mask begins with [[mask]]"
    return f"the mask file cannot be read: {reason}", hint


@declare("O011")
def other_size(drawn: str, size: tuple[int, int]) -> Words:
    """A picture's size has changed since its masks were drawn.

    The masks may no longer cover their labels.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Bad (media/diagram.masks.toml):
        size = [800, 600]
        [[mask]]
        name = "blade"
        left = 0.1
        top = 0.2
        width = 0.3
        height = 0.1
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Good (media/diagram.masks.toml):
        size = [1, 1]
        [[mask]]
        name = "blade"
        left = 0.1
        top = 0.2
        width = 0.3
        height = 0.1
    """
    hint = f"correct the masks that no longer fit, then write size = {list(size)}"
    return f"the masks were drawn for {drawn} pixels, but the picture has {list(size)}", hint


PictureProblem = Literal["large", "animated", "broken"]
"""Why a picture cannot have masks; `broken_picture` has the words."""


@declare("O012")
def broken_picture(problem: PictureProblem, detail: str = "") -> Words:
    """A picture cannot have masks.

    It is broken, animated, or too large for a phone: more than 50 million pixels.
    """
    why = {
        "large": f"it has {detail} pixels",
        "animated": "it is animated",
        "broken": f"it cannot be read ({detail})",
    }[problem]
    hint = f"save it as a PNG of at most {MAX_PIXELS // 1_000_000} million pixels"
    return f"this picture cannot have masks: {why}", hint


@declare("O013", "warning")
def no_glyph(character: str, others: int = 0) -> Words:
    """The font does not have a character of a drawing.

    Occlusion cards carry a picture that is drawn with the font Open Sans, so that masks fit on every device. It has
    Latin, Greek and Cyrillic letters. Draw arrows and other scripts as shapes.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">→ blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <path d="M1 16h6"/>
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    hint = "draw it as a path (in Inkscape: Path > Object to Path)"
    if others:
        return (
            f"the font does not have `{character}` and {others:,} other characters: empty boxes are drawn instead",
            hint,
        )
    return f"the font does not have `{character}`: an empty box is drawn instead", hint


@declare("O014")
def unknown_mask(name: str, suggestion: str, known: Sequence[str]) -> Words:
    """A section asks for a mask that its picture does not have.

    Bad:
        ## The parts of a leaf {.occlusion masks="blades"}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion masks="blade"}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    listed = ", ".join(f"`{other}`" for other in known[:12]) + (", …" if len(known) > 12 else "")
    has = f"it has {listed}" if known else "it has no masks"
    return f"the picture has no mask `{name}`", f"did you mean `{suggestion}`? {has}" if suggestion else has


DrawingProblem = Literal["size", "proportions", "too much", "time", "crash", "start"]
"""Why an SVG cannot be drawn; `undrawable` has the words."""


@declare("O015")
def undrawable(path: str, problem: DrawingProblem, detail: str = "") -> Words:
    """An SVG with masks cannot be drawn.

    Occlusion cards carry a picture that is drawn from the SVG. To draw it, its size must be known, from a viewBox or
    from a width and a height. It is drawn by another program, which is ended when it takes too long or too much memory.
    """
    match problem:
        case "size":
            why = "does not say how large it is"
            hint = 'give its root element a viewBox, as in viewBox="0 0 600 400"'
        case "proportions":
            why, hint = f"is {detail} pixels large", "give it a shape that fits a screen"
        case "too much":
            why, hint = f"cannot be drawn: {detail}", "simplify it, or save it as a PNG"
        case "time":
            why, hint = "takes too long to draw", "take out its filters and patterns, or save it as a PNG"
        case "crash":
            why = "cannot be drawn: the program that draws has crashed, or would need too much memory"
            hint = "ungroup what is nested deep, take out what is transparent or filtered, or save it as a PNG"
        case "start":
            why = f"cannot be drawn: no other program can be started ({detail})"
            hint = "close programs, and build once more"
    return f"`{path}` {why}", hint


@declare("O016")
def empty_mask_file(path: str) -> Words:
    """A mask file has no masks.

    Each mask or group is one card, so there would be none. `deckwright masks suggest PICTURE --force` replaces the file
    with one that has a mask for each label that it reads.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Bad (media/diagram.masks.toml):
        size = [1, 1]
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/diagram.png)
    Good (media/diagram.masks.toml):
        size = [1, 1]
        [[mask]]
        name = "blade"
        left = 0.1
        top = 0.2
        width = 0.3
        height = 0.1
    """
    return f"`{path}` has no masks", 'begin each mask with a line [[mask]] and a name: name = "internet-gateway"'


@declare("O017")
def outside(name: str, size: tuple[int, int], where: Literal["file", "drawn", "clipped"] = "file") -> Words:
    """A mask goes beyond the edge of the picture.

    In an SVG, part of its text is outside the viewBox, or cut off by an inner `<svg>` or a `clip-path`, so nobody can read
    it. Lengths in a mask file are fractions of the
    picture, 0 to 1, from its upper left corner. With `unit = "px"` in the first lines of the file, they are pixels.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="70" y="20">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    if where == "clipped":
        return f"part of the text of the mask `{name}` is cut off", "move it, or enlarge what it is in"
    if where == "drawn":
        return f"the text of the mask `{name}` goes beyond the edge of the picture", "move it, or enlarge the viewBox"
    hint = f'the picture has {size[0]} × {size[1]} pixels; lengths are fractions of it, unless unit = "px"'
    return f"the mask `{name}` goes beyond the edge of the picture", hint


Burden = Literal["nested", "elements", "text", "labels", "crowd", "steps", "filters", "octaves", "pixels", "embedded"]
"""What would take too long, or too much memory; `too_heavy` has the words."""


@declare("O018")
def too_heavy(what: Burden, detail: str = "") -> Words:
    """A drawing with masks has more in it than can be drawn.

    It is drawn again and again, to see where its labels are, so it must be fast to draw. What is shown by reference, as
    by `<use>`, counts each time that it is drawn. Pictures of any kind can be saved as a PNG, with their masks in a file
    beside it.

    Bad:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Bad (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <filter id="noise"><feTurbulence baseFrequency="0.5" numOctaves="100"/></filter>
          <path d="M1 16h6" filter="url(#noise)"/>
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    Good:
        ## The parts of a leaf {.occlusion}
        ![A leaf](../media/leaf.svg)
    Good (media/leaf.svg):
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 40">
          <filter id="noise"><feTurbulence baseFrequency="0.5" numOctaves="5"/></filter>
          <path d="M1 16h6" filter="url(#noise)"/>
          <text data-mask="blade" x="9" y="20">blade</text>
        </svg>
    """
    simplify = "simplify it, or save it as a PNG"
    match what:
        case "nested":
            return f"the drawing is nested more than {MAX_DRAWN_NESTING} deep here", "ungroup what needs no group"
        case "elements":
            return (
                f"the drawing has more than {MAX_DRAWN_ELEMENTS:,} elements, with what is drawn by reference",
                simplify,
            )
        case "text":
            return f"the drawing has more than {MAX_DRAWN_TEXT:,} characters of text", simplify
        case "labels":
            return f"the drawing has {detail} labels, more than {MAX_LABELS:,}", "draw several pictures"
        case "crowd":
            return (
                f"more than {MAX_OVERLAPPING} labels lie over one another",
                "move them apart, or draw several pictures",
            )
        case "steps":
            return f"the drawing applies more than {MAX_FILTER_STEPS} steps of filters", simplify
        case "filters":
            return f"filters are nested more than {MAX_FILTER_NESTING} deep here", "filter the whole group only"
        case "octaves":
            return f"this noise has {detail} octaves", f"write at most {MAX_OCTAVES}: finer ones cannot be seen"
        case "pixels":
            most = MAX_EMBEDDED_PIXELS // 1_000_000
            return f"the pictures in the drawing have more than {most} million pixels", "embed smaller ones"
        case "embedded":
            return f"a drawing within the drawing cannot be used: {detail}", "draw it there, or embed it as a PNG"


@declare("O019")
def too_many(number: int) -> Words:
    """A note asks for more masks than a note can have cards.

    Anki makes no card for a number above 499, so the others would never be asked.
    """
    hint = (
        'name those that this section asks, as in {.occlusion masks="left right"}, and let other sections ask the rest'
    )
    return f"the picture has {number} masks to ask, but a note has at most {MAX_NUMBER} cards", hint
