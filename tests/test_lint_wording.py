"""Rules on how questions and answers are worded: what raises each of them, and its neighbours that do not."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace
from scratch import DAY_ONE, SETTINGS, Scratch

from deckwright import lint
from deckwright.lint.subject import Memory, Sources, Subject

CODES = tuple(f"L{number:03}" for number in range(1, 13))
"""The rules on wording."""

Told = tuple[str, int, int, str]
"""The code, the line and the column, both from 1, and the message."""


def basic(question: str, answer: str) -> str:
    """The file of one basic note: the question stands in line 1 from column 4, the answer from line 3."""
    return f"## {question} {{.basic}}\n\n{answer}\n"


def below(heading: str, question: str, answer: str = "A") -> str:
    """The same with a question that stands from line 3, below a heading that does not ask."""
    return f"## {heading} {{.basic}}\n\n{question}\n\n---\n\n{answer}\n"


def told(root: Path, files: Iterable[str]) -> dict[str, list[Told]]:
    """What the rules on wording find in each file of notes, all of them switched on."""
    project, texts = Scratch(root), list(files)
    project.write({"deck.toml": SETTINGS + '[lint]\nL009 = "hint"\nL011 = "hint"\n'})
    project.card_files({f"{number:03}.md": text for number, text in enumerate(texts)})
    loaded = project.load(DAY_ONE)
    assert [found for found in loaded.diagnostics if found.severity == "error"] == []
    told: dict[str, list[Told]] = {text: [] for text in texts}
    for alarm in lint.check(loaded.collection, loaded.notes.written, loaded.notes.numbers(), root):
        found = alarm.diagnostic
        if found.code in CODES:
            text = texts[int(Path(found.span.path).stem)]
            told[text].append((found.code, found.span.line, found.span.column, found.message))
    return {text: sorted(found) for text, found in told.items()}


def words(number: int) -> str:
    """A sentence of so many words."""
    return " ".join(["word"] * number) + "."


LONG = "the answer has {} words; most learners remember one fact at a time"
LONGISH = "the answer has {} words: it may hold more than one fact"
LIST = "the answer is a list of {}; each that is forgotten fails the whole card"
SECOND = '"{}" is a second question on the same card'
POLAR = "a guess is right half the time: the answer is yes or no"
OFFERED = 'a guess is right half the time: "{}" gives a choice of two'
VAGUE = 'nobody can tell which answer "{}" wants, and when it is complete'
OPEN_LIST = '"{}" asks for a list, but does not say of how many'
OPEN = '"{}" leaves open what belongs to the answer'
STALE = '"{}" is true only for a time, and the card does not say of when'
WORDY = "the question has {} words"
BARE = '"{}" is easily overlooked'

FIVE = "- Is\n- it\n- not\n- a\n- list"
CLOZE = "## Volumes {.cloze}\n\n"

RAISED: dict[str, dict[str, list[Told]]] = {
    "L001": {
        basic("What is a role?", words(41)): [("L001", 1, 4, LONG.format(41))],
        basic("What is a role?", f"- {words(20)}\n- {words(21)}"): [("L001", 1, 4, LONG.format(41))],
        f"{CLOZE}A volume =={words(41)}==\n": [("L001", 3, 10, LONG.format(41))],
        basic("Was ist eine Rolle?", f"Sie {words(41)}"): [("L001", 1, 4, LONG.format(42))],
    },
    "L002": {
        basic("Which states can a process be in?", FIVE): [("L002", 1, 4, LIST.format(5))],
        basic("In which order do they run?", "1. a\n2. b\n3. c\n4. d\n5. e"): [("L002", 1, 4, LIST.format(5))],
        basic("Which colours are there?", "Red, green, blue, white, and black."): [("L002", 1, 4, LIST.format(5))],
        basic("Which colours are there?", "They are red, green, blue, white or black."): [
            ("L002", 1, 4, LIST.format(5))
        ],
        basic("Which queues are well known?", "A\\\nB\\\nC\\\nD\\\nE"): [("L002", 1, 4, LIST.format(5))],
        f"{CLOZE}The states are ==new, ready, running, waiting and ended==.\n": [("L002", 3, 16, LIST.format(5))],
        # Without an "and", in other languages, as paragraphs, terms or code.
        basic("Which states can it be in?", "new; ready; running; waiting; ended"): [("L002", 1, 4, LIST.format(5))],
        basic("Which states has it?", "new, ready, running, waiting & ended"): [("L002", 1, 4, LIST.format(5))],
        basic("Was gehört dazu?", "Rot, Grün, Blau, Weiß, Gelb und Schwarz"): [("L002", 1, 4, LIST.format(6))],
        basic("进程有哪些状态？", "新建、就绪、运行、等待、结束"): [("L002", 1, 4, LIST.format(5))],
        basic("Which states are there?", "new\n\nready\n\nrunning\n\nwaiting\n\nended"): [
            ("L002", 1, 4, LIST.format(5))
        ],
        basic("Which states are known?", "\n\n".join(f"{letter}\n: x" for letter in "abcde")): [
            ("L002", 1, 4, LIST.format(5))
        ],
        basic("Which commands list files?", "`ls`, `find`, `tree`, `du` and `stat`"): [("L002", 1, 4, LIST.format(5))],
        f"{CLOZE}The states: ==new, ready, running, waiting, ended==.\n": [("L002", 3, 13, LIST.format(5))],
    },
    "L003": {
        basic("What is PCA and what is it used for?", "A"): [("L003", 1, 20, SECOND.format("what is it used for"))],
        basic("What does NP mean? What is an NP algorithm?", "A"): [
            ("L003", 1, 23, SECOND.format("What is an NP algorithm"))
        ],
        basic("[Higher] What is an alloy and what are its uses?", "A"): [
            ("L003", 1, 34, SECOND.format("what are its uses"))
        ],
        basic("Who opposed him, and how effective were they?", "A"): [
            ("L003", 1, 25, SECOND.format("how effective were they"))
        ],
        basic("Which sort is fastest? Why?", "A"): [("L003", 1, 27, SECOND.format("Why"))],
        basic("What is it, and why is it so?", f"{words(20)} Is it a door?"): [
            ("L003", 1, 20, SECOND.format("why is it so"))
        ],
        basic("Who owns a key, and why?", "A"): [("L003", 1, 24, SECOND.format("why"))],
        basic("What are linked structures, and give examples.", "A"): [("L003", 1, 36, SECOND.format("give examples"))],
        basic("What data structure suits a heap sort and which is bad?", "A"): [
            ("L003", 1, 46, SECOND.format("which is bad"))
        ],
        basic("What is a benefit of shards, and what determines their size?", "A"): [
            ("L003", 1, 37, SECOND.format("what determines their size"))
        ],
        basic("When a queue is full, what happens and how long does it take?", "A"): [
            ("L003", 1, 43, SECOND.format("how long does it take"))
        ],
        basic("What is it and when would one of those who know it well use it again?", "A"): [
            ("L003", 1, 19, SECOND.format("when would one of those who know it well use it …"))
        ],
        below("Queue", "What is it, and **why** is it *used*?"): [("L003", 3, 19, SECOND.format("why is it used"))],
        # The same in other signs and with other words.
        basic("What is a queue & why is it used?", "A"): [("L003", 1, 22, SECOND.format("why is it used"))],
        basic("What is a queue; how's it read?", "A"): [("L003", 1, 21, SECOND.format("how's it read"))],
        basic("When and where does it run?", "A"): [("L003", 1, 13, SECOND.format("where does it run"))],
        basic("What happens when a pod dies, and who restarts it?", "A"): [
            ("L003", 1, 38, SECOND.format("who restarts it"))
        ],
        basic("When is it greatest, when is it least?", "A"): [("L003", 1, 25, SECOND.format("when is it least"))],
        basic("What is a queue? Give an example.", "A"): [("L003", 1, 21, SECOND.format("Give an example"))],
        below("Queue", "- What is it?\n- When is it used?"): [("L003", 4, 3, SECOND.format("When is it used"))],
        basic("Was ist eine Queue? Wann nutzt man sie?", "A"): [("L003", 1, 24, SECOND.format("Wann nutzt man sie"))],
        basic("What is it? It is one of two. Which is faster, it vs. that?", "A"): [
            ("L003", 1, 34, SECOND.format("Which is faster, it vs. that"))
        ],
        basic("¿Qué es? ¿Para qué sirve?", "A"): [("L003", 1, 13, SECOND.format("¿Para qué sirve"))],
        basic("什么是队列?为什么?", "A"): [("L003", 1, 10, SECOND.format("为什么"))],
        basic("ノードとは何ですか？なぜ必要ですか？", "A"): [("L003", 1, 14, SECOND.format("なぜ必要ですか"))],
        basic("ما هي العقدة؟ لماذا نحتاجها؟", "A"): [("L003", 1, 18, SECOND.format("لماذا نحتاجها"))],
    },
    "L004": {
        basic("Is quicksort stable?", "It is not."): [("L004", 1, 4, POLAR)],
        basic("Can quicksort be done in place", "Yes."): [("L004", 1, 4, POLAR)],
        basic("Can you sort a tuple?", "Yes, using sorted."): [("L004", 1, 4, POLAR)],
        basic("Do a mutex and a semaphore differ?", "No"): [("L004", 1, 4, POLAR)],
        basic("A table is full. Does it grow?", "Yes – twofold"): [("L004", 1, 21, POLAR)],
        basic("As it relates to files, as entropy increases, does our ability to compress?", "No: it falls."): [
            ("L004", 1, 4, POLAR)
        ],
        basic("Isn’t a set ordered?", "It has no order."): [("L004", 1, 4, POLAR)],
        basic("Do most hosts share their disks?", "Few do."): [("L004", 1, 4, POLAR)],
        "## Chambers {.rows}\n\n| Part | Chamber |\n|---|---|\n| Atrium | yes |\n": [("L004", 5, 3, POLAR)],
        "## Chambers {.cells}\n\n| Part | Is it one? |\n|---|---|\n| Atrium | It is. |\n": [("L004", 3, 10, POLAR)],
        basic("True or false: a set is ordered", "False."): [("L004", 1, 4, POLAR)],
        basic("A set keeps its order (true/false)", "false"): [("L004", 1, 4, POLAR)],
        basic("Does a set or a list keep its order? (y/n)", "yes"): [("L004", 1, 4, POLAR)],
        basic("Does it use a set or a list?", "No."): [("L004", 1, 4, POLAR)],
        basic("❤️ Is an atrium a chamber?!", "It is."): [("L004", 1, 7, POLAR)],
        # The question stands below the heading, or has a remark behind it.
        below("Chamber", "Is an atrium one?"): [("L004", 3, 1, POLAR)],
        below("Chamber", "Look at the atrium.\n\n- Is it one?\n\nIt is above the valve."): [("L004", 5, 3, POLAR)],
        basic("Is quicksort stable? (In its usual form)", "It is not."): [("L004", 1, 4, POLAR)],
    },
    "L005": {
        basic("Does Kerberos use symmetric or asymmetric encryption?", "Symmetric."): [
            ("L005", 1, 22, OFFERED.format("symmetric or asymmetric encryption"))
        ],
        basic("Does the CPU use virtual addresses or physical addresses?", "Virtual ones"): [
            ("L005", 1, 21, OFFERED.format("virtual addresses or physical addresses"))
        ],
        basic("Is HTTP/2 binary or textual?", "A binary protocol."): [
            ("L005", 1, 14, OFFERED.format("binary or textual"))
        ],
        basic("Which comes first, a proxy or a cache?", "The cache."): [
            ("L005", 1, 25, OFFERED.format("proxy or a cache"))
        ],
        basic("Mutex or semaphore: which has an owner?", "A mutex."): [
            ("L005", 1, 4, OFFERED.format("Mutex or semaphore"))
        ],
        basic("Does a light roast or a dark roast keep more acid?", "A light one."): [
            ("L005", 1, 11, OFFERED.format("light roast or a dark roast keep more acid"))
        ],
        basic("TCP or UDP?", "UDP"): [("L005", 1, 4, OFFERED.format("TCP or UDP"))],
        basic("Which is hashable, `list` or `tuple`?", "`tuple`"): [("L005", 1, 24, OFFERED.format("list or tuple"))],
    },
    "L006": {
        basic("Describe virtual memory.", "A"): [("L006", 1, 4, VAGUE.format("Describe virtual memory"))],
        basic("Explain how a set works", "A"): [("L006", 1, 4, VAGUE.format("Explain how a set works"))],
        basic("Discuss caches", "A"): [("L006", 1, 4, VAGUE.format("Discuss caches"))],
        basic("You send a packet. Tell me about its checksum.", "A"): [
            ("L006", 1, 23, VAGUE.format("Tell me about its checksum"))
        ],
        basic("Which parts of a login need you not build?", "A"): [
            ("L006", 1, 4, VAGUE.format("Which parts of a login need you not build")),
            ("L011", 1, 36, BARE.format("not")),
        ],
        basic("How do a Query and a Scan compare?", "A"): [
            ("L006", 1, 4, VAGUE.format("How do a Query and a Scan compare"))
        ],
        basic("What's special about TCP?", "A"): [("L006", 1, 4, VAGUE.format("What's special about TCP"))],
        basic("What about caches?", "A"): [("L006", 1, 4, VAGUE.format("What about caches"))],
        basic("Explain `malloc`", "A"): [("L006", 1, 4, VAGUE.format("Explain malloc"))],
        basic("Could you briefly explain a cache?", "A"): [
            ("L006", 1, 4, VAGUE.format("Could you briefly explain a cache"))
        ],
        basic("How does a Query compare to a Scan?", "A"): [
            ("L006", 1, 4, VAGUE.format("How does a Query compare to a Scan"))
        ],
        basic("Compare a Query and a Scan.", "A"): [("L006", 1, 4, VAGUE.format("Compare a Query and a Scan"))],
        below("Memory", "Describe virtual memory."): [("L006", 3, 1, VAGUE.format("Describe virtual memory"))],
    },
    "L007": {
        basic("What are some transport protocols?", "- TCP\n- UDP"): [
            ("L007", 1, 4, OPEN_LIST.format("What are some transport protocols"))
        ],
        basic("What are drawbacks of one big service?", "Scale, tests, and deployment"): [
            ("L007", 1, 4, OPEN_LIST.format("What are drawbacks of one big service"))
        ],
        basic("What are the saved registers?", "ebp, ebx and esi"): [
            ("L007", 1, 4, OPEN_LIST.format("What are the saved registers"))
        ],
        basic("Name some proxies", "HAProxy\\\nSquid\\\nVarnish"): [
            ("L007", 1, 4, OPEN_LIST.format("Name some proxies"))
        ],
        basic("List advantages of a heap sort.", "1) no recursion\\\n2) in place\\\n3) never slow at any input"): [
            ("L007", 1, 4, OPEN_LIST.format("List advantages of a heap sort"))
        ],
        basic("Which protocols are there?", "- TCP\n- UDP"): [
            ("L007", 1, 4, OPEN_LIST.format("Which protocols are there"))
        ],
        basic("What types of sockets are there?", "- TCP\n- UDP"): [
            ("L007", 1, 4, OPEN_LIST.format("What types of sockets are there"))
        ],
        basic("Name the commands", "`ls`, `cd` and `cp`"): [("L007", 1, 4, OPEN_LIST.format("Name the commands"))],
        basic("Name the protocols", "TCP, UDP, ICMP"): [("L007", 1, 4, OPEN_LIST.format("Name the protocols"))],
        basic("What are its flags?", "- SYN\n- ACK"): [("L007", 1, 4, OPEN_LIST.format("What are its flags"))],
        basic("Can you name its flags?", "- SYN\n- ACK"): [("L007", 1, 4, OPEN_LIST.format("Can you name its flags"))],
        below("Transport", "Name some protocols.", "- TCP\n- UDP"): [
            ("L007", 3, 1, OPEN_LIST.format("Name some protocols"))
        ],
    },
    "L008": {
        basic("What does a block keep?", "The status, the registers, etc."): [("L008", 3, 28, OPEN.format("etc."))],
        basic("What does a block keep?", "The status, the registers etc"): [("L008", 3, 27, OPEN.format("etc"))],
        basic("Which part keeps files, etc.?", "Disks, etc."): [("L008", 3, 8, OPEN.format("etc."))],
        "## Parts {.rows}\n\n| Part | Job |\n|---|---|\n| Disks etc. | keep files, etc. |\n": [
            ("L008", 5, 28, OPEN.format("etc."))
        ],
        basic("What does a block keep?", "The status and so on"): [("L008", 3, 12, OPEN.format("and so on"))],
        basic("What is it?", "A platform with replicas, failover\nand more."): [
            ("L008", 4, 1, OPEN.format("and more"))
        ],
        basic("What does a block keep?", "The status, registers, and much more."): [
            ("L008", 3, 24, OPEN.format("and much more"))
        ],
        basic("What does a block keep?", "The status, registers, and the like"): [
            ("L008", 3, 24, OPEN.format("and the like"))
        ],
        basic("What does a block keep?", "The status, registers, …"): [("L008", 3, 24, OPEN.format("…"))],
        basic("What does a block keep?", "- status\n- registers\n- ..."): [("L008", 5, 3, OPEN.format("..."))],
        basic("What does a block keep?", "- status\n- et cetera"): [("L008", 4, 3, OPEN.format("et cetera"))],
        f"{CLOZE}It keeps the ==status, registers, etc.== of a process.\n": [("L008", 3, 14, OPEN.format("etc."))],
    },
    "L009": {
        basic("How many layers can it have?", "Five, as of now."): [("L009", 3, 7, STALE.format("as of now"))],
        basic("Which engines fit?", "RDS currently supports six."): [
            ("L009", 3, 5, STALE.format("currently supports"))
        ],
        basic("Why has an ACL no effect on a bucket created today?", "A"): [
            ("L009", 1, 41, STALE.format("created today"))
        ],
        basic("How new is Ruby?", "The newest version is 4.0."): [("L009", 3, 5, STALE.format("newest version is"))],
        basic("How new is Python?", "The latest version is 3.14."): [("L009", 3, 5, STALE.format("latest version is"))],
        f"{CLOZE}The largest is ==64 TiB== at the moment.\n": [("L009", 3, 27, STALE.format("at the moment"))],
    },
    "L010": {basic(f"What is {words(39)[:-1]}?", "A"): [("L010", 1, 4, WORDY.format(41))]},
    "L011": {
        basic("What do threads not share?", "Their stacks"): [("L011", 1, 20, BARE.format("not"))],
        basic("Which fields except the name may change?", "All"): [("L011", 1, 17, BARE.format("except"))],
        basic("What can’t a subnet span?", "Zones"): [("L011", 1, 9, BARE.format("can’t"))],
    },
    "L012": {
        basic("What is a role?", words(26)): [("L012", 1, 4, LONGISH.format(26))],
        basic("What is a role?", words(40)): [("L012", 1, 4, LONGISH.format(40))],
    },
}
"""By rule: files of notes that raise it, and all that the rules on wording say of each."""

QUIET: dict[str, list[str]] = {
    "L001": [
        basic("How do you write it?", f"{words(20)}\n\n```c\n{words(50)}\n```"),
        basic("What is the sum?", f"{words(20)}\n\n$${words(50)}$$"),
        basic("How is it built?", f"![{words(60)}](https://example.org/a.png)"),
        basic("What is a role?", f"{words(20)}\n\n> [!NOTE]\n> {words(60)}"),
    ],
    "L002": [
        basic("Which element is it?", "The visual and sensory appeal, including form, shape, color, and texture."),
        basic("What is an output?", "What a program gives back (e.g., numbers, text, images, or actions)"),
        basic(
            "Why are people weak points?", "They make errors like sharing, not locking, not updating, and not looking."
        ),
        basic("Which four states are there?", "- new\n- ready\n- running\n- ended"),
        "## States {.items}\n\n- `a`: new\n- `b`: ready\n- `c`: running\n- `d`: waiting\n- `e`: ended\n",
        basic("What happens?", "It stops, a copy is made of all that it holds, and both resume."),
        basic("Which blocks are contiguous?", "They are of one slab, and include arrays, matrices, heaps, and tables."),
        basic("What is 1 + 1?", "It is 2, 10 in binary, as 1, 2, 4, 8"),
        basic("How is it estimated?", "The kernel:\n\n$$k$$\n\nThe volume:\n\n$$v$$\n\nThe density"),
        basic("How does it count?", "<code>a = 1<br>b = 2<br>c = 3<br>d = 4<br>e = 5</code>"),
        basic("Was ist das Herz?", "Ein Muskel, der pumpt, saugt, treibt und wärmt"),
        basic("How does it look?", "\n\n".join(f"![a](https://example.org/{n}.png)" for n in range(6))),
        basic("glad", "froh, fröhlich, heiter, erfreut, zufrieden"),
        basic("Which call is it?", "`f(a, b, c, d, e)`"),
        basic("Which row is it?", "1, 1, 2, 3, 5, 8"),
        basic("Which words begin?", "One two three.\n\nFour five six.\n\nSeven eight nine.\n\nAll of them are words."),
    ],
    "L003": [
        basic("A database holds a set of relations, which are defined by a schema, which is […]", "A"),
        basic("What is the impact, which is more than twice of what it was?", "A"),
        basic("What is meant by “Who watches the watchmen?”?", "A"),
        basic("What is this sum when x < 1? 1 + x + x^2 ?", "A"),
        basic("Which view shows how they connect and where time is lost?", "A"),
        basic("Which command lists the pods and shows how many there are?", "A"),
        basic("When a process forks, what happens?", "A"),
        basic("When $x$ is large, what is the limit?", "A"),
        basic("Why is the field $n$, where $n$ is the number of turns?", "A"),
        basic("Why does it hold, when $n$ is large?", "A"),
        basic("How do you create and list tags?", "A"),
        basic("How are boxes learned? Explain the approach of Smith.", "A"),
        basic("What do you call a graph which is connected and which has no cycles?", "A"),
        basic("What is the difference between what a client sends and what a server sends?", "A"),
        basic("What happens when a queue is full and when it is empty again?", "A"),
        basic("Need a shell? Which command opens one?", "A"),
        basic("Which command is it (bash or zsh?) that starts there?", "A"),
        basic("Really???", "A"),
        basic("Which command shows what changed and when?", "A"),
        basic("What do you call a singer, who dances as well?", "A"),
        basic("What do you call somebody who sings and who dances?", "A"),
        basic("Which tags make a list? Name two.", "A"),
        basic("Ein Rätsel? Wie heißt es?", "A"),
        basic("Who is it? Who is there?", "¿Quién es?"),
        "## Settings {.rows}\n\nWhich setting decides this?\n\n---\n\n| This | Setting |\n|---|---|\n| Who can reach it? | Group |\n",
    ],
    "L004": [
        basic("Was sagt die Mean Time to Repair (MTTR) aus?", "Die mittlere Dauer"),
        basic("Was ist Do Not Track?", "Ein Teil des HTTP-Headers"),
        basic("Can I help you?", "Kann ich Ihnen helfen?"),
        basic("Can I help you?", "お手伝いしましょうか？"),
        basic("Facts: T/F/?", "Propositional logic"),
        basic('Author: "They are no science. Would you bear them?"', "David Hume"),
        basic("Was ist ein Knoten?", "Ein Rechner"),
        basic("Am wievielten beginnt es?", "Am dritten"),
        basic("Do que é feito o vidro?", "De areia"),
        basic("Can you name the largest volume?", "A"),
        basic("What does it print?", "No-op"),
        basic("What is 'nein' in English?", "no"),
        basic("Nein", "No."),
        basic("To which three services, besides SQS, can S3 send an event?", "A"),
        basic("いいえ", "no"),
        basic("نَعَم", "yes"),
        basic("May Day is on which date?", "1 May"),
        basic("If a ship sinks, what floats, is lit, and calls for help?", "A beacon"),
        basic("Will Rogers phenomenon: what is it?", "Both means rise."),
        basic("Can: which German verb is it?", "Können"),
        basic("Have, had, …?", "Had"),
        basic("Is-a relation: what is drawn?", "A triangle"),
        basic("`1 == 1.0`", "True"),
        basic("Lower bound of sorting", "No sort is faster."),
        basic("How long is it kept?", "No longer than a day."),
        basic("Is", "third person of *be*"),
        basic("Can be created", "At any time"),
        basic("Which house is it?", "No. 5"),
        basic("Has-a relation", "Yes-men"),
        basic("What does `1 == 1.0` give?", "True"),
        below("Which chamber is it?", "Is\n\nnot a question."),
        below("What does this give? (see above)", "It is a chamber."),
    ],
    "L005": [
        basic("What is the impact, if rates are small or high?", "Small: it is slow."),
        basic("Which S3 operation sets or replaces the rules?", "`PutRules`"),
        basic("Why is it a constant, independent of charge or voltage?", "Both charge and field grow"),
        basic("Who may read or write?", "The owner may read."),
        basic("Read or write capacity: what is a unit?", "One read of 4 KB"),
        basic("Too slow: index the table or cache it?", "Both: an index, and a cache of the table."),
        basic("Which comes first, a proxy or a cache?", "A cache in front of the proxy."),
        basic("An IAM user is bound to one person or application. To whom is a role bound?", "To nobody"),
        basic("How would you calculate P(A or B)?", "P(A) + P(B)"),
        basic("What makes a network superior over regression or classification?", "Its regression"),
    ],
    "L006": [
        basic("Describe the arrangement of particles in a gas", "A"),
        basic("Can you explain it to me?", "Kannst du es mir erklären?"),
        basic("Describe step 4 of the greenhouse effect.", "A"),
        basic("Describe gamma radiation's penetration", "A"),
        basic("Explain what a pooling layer is", "A"),
        basic("Explain the paradox: why does a collider join its parents?", "A"),
        basic("Explain two problems with labels", "A"),
        basic("What does the outer ear do?", "A"),
        basic("How do metals compare to Group 1 in density?", "A"),
        basic("What does wait() do?", "A"),
        basic("What does chroot do?", "A"),
        basic("What does numpy.allclose do?", "A"),
        basic("What does `git stash` do?", "A"),
        basic("What does the `-r` option do?", "A"),
        basic("What does DynamoDB do with the value of a partition key?", "A"),
        basic("Explain why a heap is fast", "A"),
        basic("explain", "A"),
        basic("Which two parts has a key?", "A"),
        basic("How do a Query and a Scan compare in duration?", "A"),
        basic("How does a Query compare to a Scan in duration?", "A"),
        basic("Compare the durations of a Query and a Scan.", "A"),
    ],
    "L007": [
        basic("What are regressors in regression?", "Features, variables and predictors"),
        basic("Give the algorithm for norms", "- mean\n- variance"),
        basic("State the law of energy.", "It holds without friction, drag, and heat"),
        basic("What are 2 advantages of counting?", "- easy\n- early"),
        basic("What are the two hardware modes?", "- kernel\n- user"),
        basic("What are the numbers of neurons?", "One for each class."),
        basic("What are heuristics?", "- Rules\n- of thumb"),
        basic("Name des Vaters von Tell", "- Wilhelm\n- Walter"),
        basic("Give an example of a set", "- a\n- b"),
    ],
    "L008": [
        basic("What is “etc.” short for?", "et cetera"),
        basic("Which powers has it?", "1, 2, 4, 8, …"),
        basic("How does it go on?", "To be, or not to be: that is …"),
        basic("What is Guava?", "Core libraries: collections, caching, etc."),
        basic("How is it found?", "By its function. Not just in cobblers, players, etc."),
        basic("Was ist eine Barriere?", "Sie ist global, z. B. Summen, Produkte etc."),
        basic("What is kept?", "Files etc. in memory"),
        basic("Where are its settings?", "In /etc/passwd"),
        basic("Why is it dear?", "It needs more and more memory, and more than before."),
        basic("What is it?", "A queue (also for topics, etc.)"),
        basic("What is it?", "A store for values such as strings, lists, etc."),
        basic("Who may read it?", "The owner and so the group; others may not."),
    ],
    "L009": [
        basic("Which planets today have such an atmosphere?", "Venus and Mars"),
        basic("Why is it moved?", "It is not currently in use."),
        basic("How many had it in 2026?", "Five, as of now."),
        basic("How many layers can it have?", "Five, as of 2026."),
        basic("What does the counter point to?", "The current instruction of the currently running process"),
        basic("How do you print today's date?", "With `date`"),
        basic("What does a pull fetch?", "The latest version of each file, at the moment of the call"),
        basic("Which order is it?", "By the most recently accessed"),
    ],
    "L010": [
        basic(f"Who wrote “{words(60)}”?", "A"),
        basic(f"What is {words(38)[:-1]}?", "A"),
        basic(f"What is `{words(60)}` in C?", "A"),
    ],
    "L011": [
        basic("Why should one not call itself?", "A"),
        basic("Why not the other?", "A"),
        basic("What do threads NOT share?", "A"),
        basic("What do threads **not** share?", "A"),
        basic("Which queue takes messages that could not be handled?", "A"),
        basic("What takes at least a day?", "A"),
        basic("Was kann man nicht teilen?", "A"),
    ],
    "L012": [basic("What is a role?", words(25)), basic("これは何？", "とても" * 60)],
}
"""By rule: files of notes that come close to raising it, and raise nothing."""


@pytest.mark.parametrize("code", CODES)
def test_what_raises_a_rule(tmp_path: Path, code: str) -> None:
    assert told(tmp_path, RAISED[code]) == RAISED[code]
    assert all(any(found[0] == code for found in each) for each in RAISED[code].values())


@pytest.mark.parametrize("code", CODES)
def test_what_only_looks_like_it(tmp_path: Path, code: str) -> None:
    assert {text: found for text, found in told(tmp_path, QUIET[code]).items() if found} == {}


def test_a_reversed_card_shows_an_answer_and_asks_nothing(tmp_path: Path) -> None:
    note = "## ls {.basic .reversed}\n\nDescribe the files? Why? Is it a list?\n"
    assert told(tmp_path, [note]) == {note: []}


@pytest.mark.ci
@pytest.mark.parametrize("code", CODES)
def test_no_text_takes_long(tmp_path: Path, code: str) -> None:
    """A text of 20,000 characters, whatever it repeats: in a search that is not linear it takes seconds."""
    project = Scratch(tmp_path)
    project.write({"cards/a.md": basic("What is it?", "A")})
    loaded = project.load(DAY_ONE)
    note, written, types = next(iter(loaded.collection.notes)), loaded.notes.written, loaded.collection.note_types
    repeated = (
        "and give ",
        "and what is ",
        "? ",
        "????",
        "(",
        '"',
        "a, ",
        "x or ",
        "etc like ",
        "today ",
        "not ",
        "A, is ",
    )
    for unit, before in product(repeated, ("", "What ", "Is ", "In a, ")):
        text = before + unit * (20_000 // len(unit))
        fields = {**note.fields, "Front": f"{text}x?", "Back": text}
        subject = Subject(
            replace(note, fields=fields), written[0], (), types[note.note_type], Sources(tmp_path, written, ())
        )
        start = time.process_time()
        list(lint.RULES[code].look(subject, Memory()))
        assert time.process_time() - start < 5, text[:20]
