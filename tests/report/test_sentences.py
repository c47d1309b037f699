"""Sentences of the library: each can be told in Indonesian, with names in the place of ids."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

import allocator
from allocator.plan.verify import GivenPlacement, verify
from allocator.report.names import Names
from allocator.scenario.rules import RULE_FORMS
from allocator.texts import filled, texts
from allocator.texts.sentences import has_template, said
from tests.builders import scenario

ENGLISH = re.compile(r"\b(the|of|is|are|and|no|with|for|by|has|have|its|which|than|needs?)\b")


@pytest.mark.parametrize("kind", list(RULE_FORMS))
def test_every_rule_is_told(kind: str) -> None:
    """What a rule asks for, and that a plan breaks it, has an Indonesian sentence."""
    says = RULE_FORMS[kind].says(subject="Unit1", object="F1", value="2")
    broken = f"the rule says that {says}, but it has 2 pieces there: Unit1 on F1, Unit2 on F1"
    for sentence in (says, broken, f"drop the rule: {says} (rules row 4, {kind})"):
        assert has_template(sentence)
        assert not ENGLISH.search(said(sentence, texts("id")).replace("rules", ""))


def test_violations_of_a_plan_by_hand_are_told_with_names() -> None:
    """The checker's sentences come in Indonesian, and name the floor as people do."""
    case = scenario(
        floors=[("A-1", "A", 1, 10), ("A-2", "A", 2, 10)],
        towers=[{"tower_id": "A", "name": "Menara Satu"}],
        headcounts=[("Finance", 30, "Treasury")],
        units=[{"unit_id": "Finance", "organisation_id": "Treasury", "name": "Biro Keuangan"}],
    )
    say = texts("id")
    found = verify(case, [GivenPlacement("Finance", "A-1", 22, None)]).violations
    told = [said(each.message, say, Names(case, say).of) for each in found]
    assert "Menara Satu, Lantai 1: 22 meja ditempatkan, 10 tersedia dari 10: kelebihan 12" in told
    assert "unit Biro Keuangan mendapat 22 meja dan membutuhkan 30: kurang 8" in told
    assert not any(ENGLISH.search(sentence) for sentence in told)


def test_numbers_and_lists_are_told_as_the_language_does() -> None:
    """Thousands have points, and a list that is cut says how many more there are."""
    sentence = "1,200 desks are needed and 900 may be used: short of 300 desks"
    expected = "diperlukan 1.200 meja dan tersedia 900: kurang 300 meja"
    assert said(sentence, texts("id")) == expected
    cut = said("the 12 desks that A, B, C and 4 more need", texts("id"))
    assert cut == "12 meja yang diperlukan A, B, C dan 4 lainnya"


def test_english_keeps_its_words_and_gets_names() -> None:
    """In English the sentence stays, with names in the place of ids."""
    names = {"A-1": "Tower One, level 1"}
    told = said(
        "unit Finance is on floor A-1, which lacks secure", texts("en"), lambda i: names.get(i, i)
    )
    assert told == "unit Finance is on floor Tower One, level 1, which lacks secure"


def test_catalogue_fills_only_places_that_its_english_has() -> None:
    """Every place of an Indonesian sentence stands in its English one; none is English itself."""
    file = resources.files("allocator.texts") / "sentences.toml"
    for each in tomllib.loads(file.read_text(encoding="utf-8"))["sentence"]:
        places = set(re.findall(r"\{(\w+)", each["en"]))
        assert set(re.findall(r"\{(\w+)", each["id"])) <= places, each["en"]
        assert filled(each["id"], **dict.fromkeys(places, "1"))
        assert not ENGLISH.search(each["id"]), each["id"]


ROOT = Path(allocator.__file__).parent
SOURCES = (
    "plan/verify",
    "scenario",
    "search/counting",
    "search/limited.py",
    "search/solve.py",
    "studies/explain/members.py",
    "studies/explain/ways_out.py",
    "studies/explain/moving.py",
)
"""Where sentences that planners read are made."""
APART = ("importing", "variants.py", "template.py", "write.py", "document.py", "sources.py")
"""What only command lines, files of programs or imports say."""
SAMPLES = {"counted": "12 {noun}s", "verb": "{noun}", "needed": "12 desks are needed"}
NAMED = ("message", "said", "clause", "found")


def sample(value: ast.expr) -> str | None:
    """Return what might stand in a place of an f-string; None where that is not plain."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        nouns = [one.value for one in value.args if isinstance(one, ast.Constant)]
        if value.func.id == "listed":
            return "X, Y"
        if value.func.id in SAMPLES and (nouns or value.func.id == "needed"):
            words = SAMPLES[value.func.id].format(noun=nouns[0] if nouns else "")
            return words.replace("persons", "people")
    text = ast.unparse(value)
    if re.fullmatch(
        r"unit|floor|place|subject|body|row\.subject|mention\.id|mention\.table", text
    ):
        return "X"
    plain = isinstance(value, ast.BinOp) or text in ("usable", "needed", "room", "most", "moved")
    return "7" if plain and "listed" not in text else None


def sentences() -> Iterator[str]:
    """Yield the sentences of the sources, with samples in their places."""
    files = (
        file for place in SOURCES for file in sorted([ROOT / place, *(ROOT / place).rglob("*.py")])
    )
    for file in files:
        if file.suffix != ".py" or any(part in str(file) for part in APART):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            made = None
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "Problem"
                and node.args
            ):
                made = node.args[0]
            if isinstance(node, ast.keyword) and node.arg == "message":
                made = node.value
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "message":
                made = node.value
            parts = made.values if isinstance(made, ast.JoinedStr) else [made]
            told = [
                str(part.value) if isinstance(part, ast.Constant) else sample(part.value)
                for part in parts
                if isinstance(part, ast.Constant | ast.FormattedValue)
            ]
            if told and None not in told:
                yield "".join(filter(None, told))


def test_every_sentence_of_the_library_has_a_template() -> None:
    """What the checker, the reader, counting and explaining say can be told in Indonesian."""
    known = set(sentences())
    assert len(known) > 30
    assert sorted(one for one in known if " " in one and not is_told(one)) == []


def is_told(sentence: str) -> bool:
    """Whether a sentence is told by a template that says what it is about."""
    return has_template(sentence) and not ENGLISH.search(said(sentence, texts("id")))


@pytest.mark.parametrize(
    "sentence",
    [
        "expected a known unit_id; did you mean 'Finance'?",
        "expected a known floor, tower or complex",
        "expected a whole number without thousands marks",
        "expected a number with a decimal point and no thousands marks",
        "expected a number that can be read in one way only: this may have a decimal or a "
        "thousands mark",
        "expected at most 4 cells, as the header has",
        "expected no scheme, as the unit also has a row without one",
        "expected 'Treasury', the organisation of Finance in units",
        "expected a number above 0 on some day",
        "expected a floor that is open in wave 1, when people come",
        "expected one for each of 3 waves, not 2",
        "expected a table current, or waves: without them nobody moves",
        "expected a wave, as other buildings have one",
    ],
)
def test_slips_in_tables_have_sentences_of_their_own(sentence: str) -> None:
    """None falls to the last template, which would leave it in English behind a few words."""
    assert not said(sentence, texts("id")).startswith("isi yang diharapkan")
