"""Sentences of the library: each can be told in Indonesian, with names in the place of ids."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

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
