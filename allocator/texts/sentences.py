"""Sentences of the library in another language, and with names in the place of ids.

A sentence is translated by the template of `sentences.toml` that it fits; what stands in its
places is named, counted or, where it is a sentence itself, translated in turn.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from allocator.texts import Texts

Naming = Callable[[str], str]
_PLACE = re.compile(r"\{(\w*)(?::([^}]*))?\}")
_NUMBER = r"[−-]?\d[\d,]*(?:\.\d+)?"
_MANY = {"person": "people", "complex": "complexes"}
_MORE = re.compile(r" and ([\d,]+) more$")
_ON = re.compile(r"^(.+) (on|of) (.+)$")
_PER_CENT = re.compile(r"(\d) %")
_LONGEST = 4_000
"""Letters of a sentence that is looked at; longer ones stay as they are."""


@dataclass(frozen=True)
class _Template:
    """A sentence's pattern and translations; free are places of names, lists and sentences."""

    pattern: re.Pattern[str]
    wording: dict[str, str]
    free: frozenset[str]


def said(message: str, say: Texts, name_of: Naming = str) -> str:
    """Return a sentence of the library in a language, with names in the place of ids.

    One that no template fits is returned as it is.
    """
    if len(message) > _LONGEST:
        return message
    for template in _templates():
        found = template.pattern.fullmatch(message)
        if found:
            return _told(template, found, message, say, name_of)
    return message


def capital(sentence: str) -> str:
    """Return a sentence with a capital at its start."""
    return sentence[:1].upper() + sentence[1:]


def has_template(message: str) -> bool:
    """Whether a sentence can be said in every language."""
    return any(template.pattern.fullmatch(message) for template in _templates())


def _told(
    template: _Template, found: re.Match[str], message: str, say: Texts, name_of: Naming
) -> str:
    places = {
        name: _thing(text, say, name_of) if name in template.free else _number(text, say)
        for name, text in found.groupdict().items()
    }
    words = template.wording.get(say.language)
    if words is not None:
        return words.format(**places)
    for name in sorted(template.free, key=found.start, reverse=True):
        message = message[: found.start(name)] + places[name] + message[found.end(name) :]
    return message


def _thing(text: str, say: Texts, name_of: Naming) -> str:
    """Return a name, a list of names, or a sentence, in the language."""
    if not text.strip() or name_of(text) != text:
        return name_of(text)
    if has_template(text):
        return said(text, say, name_of)
    more = _MORE.search(text)
    listed = text[: more.start()] if more else text
    parts = [_part(part, say, name_of) for part in re.split(r", | or ", listed)]
    ending = ""
    if more:
        ending = say("sentence.more", count=_number(more[1], say))
    joined = (
        ", ".join(parts)
        if ", " in listed or " or " not in listed
        else say("sentence.or", one=", ".join(parts[:-1]), other=parts[-1])
    )
    return joined + ending


def _part(part: str, say: Texts, name_of: Naming) -> str:
    """Return one of a list: a name, or a name on a floor, or an amount there."""
    if name_of(part) != part:
        return name_of(part)
    on = _ON.fullmatch(part)
    if on:
        key = "sentence.on" if on[2] == "on" else "sentence.of"
        first = _number(on[1], say) if re.fullmatch(_NUMBER, on[1]) else name_of(on[1])
        level = re.fullmatch(r"level (-?\d+)", on[1])
        if level:
            first = say("page.level", level=level[1])
        return say(key, one=first, other=name_of(on[3]))
    known = say.all.get(f"cause.{part.split(' ', maxsplit=1)[0]}")
    return known if known and " " not in part else _number(part, say)


def _number(text: str, say: Texts) -> str:
    """Return the numbers in a text as a language writes them."""
    if say.language != "id":
        return text
    swapped = re.sub(_NUMBER, lambda one: one[0].translate(str.maketrans(",.", ".,")), text)
    return _PER_CENT.sub(r"\1%", swapped)


@cache
def _templates() -> tuple[_Template, ...]:
    file = resources.files("allocator.texts") / "sentences.toml"
    given = tomllib.loads(file.read_text(encoding="utf-8"))["sentence"]
    return tuple(_template(each) for each in given)


def _template(given: dict[str, str]) -> _Template:
    free: set[str] = set()
    parts, at = [], 0
    for place in _PLACE.finditer(given["en"]):
        parts += [re.escape(given["en"][at : place.start()]), _pattern(place, free)]
        at = place.end()
    pattern = "".join([*parts, re.escape(given["en"][at:])])
    wording = {"id": given["id"]} | ({"en": given["say"]} if "say" in given else {})
    return _Template(re.compile(pattern, re.S), wording, frozenset(free))


def _pattern(place: re.Match[str], free: set[str]) -> str:
    name, kind = place[1], place[2]
    if kind is None:
        free.add(name)
        return f"(?P<{name}>.+?)"
    if not name:
        return "(?:" + "|".join(re.escape(word) for word in kind.split("|")) + ")"
    if kind == "#":
        return f"(?P<{name}>{_NUMBER})"
    many = _MANY.get(kind, f"{kind}s")
    return f"(?P<{name}>{_NUMBER}) (?:{re.escape(kind)}|{re.escape(many)})"
