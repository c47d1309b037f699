"""What a request worker does: it reads a body, checks a plan, draws one, or answers the page.

These travel to a process that imports no more than they need: neither routes nor the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allocator.errors import InputError, Problem
from allocator.words import counted
from api import requests
from api.requests import Content, ParsedRequest
from api.settings import ServiceSettings

if TYPE_CHECKING:
    from allocator.search.progress import OnProgress, ShouldStop
    from allocator.studies.pool import Solver

READING_S = 10.0
"""Seconds that a process has for a body."""
DRAWING_S = 60.0
"""Seconds that a process has for a picture or a report."""
MOST_LISTED = 1_000
"""Problems of a body that an answer lists; more are counted."""


@dataclass(frozen=True)
class Malformed:
    """The answer to a body that is no JSON."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Reading:
    """A body to be read.

    Attributes
    ----------
    body
        JSON text, or the parts of a form.
    check
        Whether to check the placements that it holds, too.
    """

    kind: str
    body: Content
    limits: ServiceSettings
    time_limit_s: float = READING_S

    def run(
        self, _solver: Solver, _on_progress: OnProgress, _should_stop: ShouldStop
    ) -> ParsedRequest | Malformed | dict[str, Any]:
        """Return the parsed request, or of a plan to be checked the verdict."""
        try:
            if isinstance(self.body, bytes):
                parsed, scenario = requests.read_json(self.kind, self.body, self.limits)
            else:
                parsed, scenario = requests.read_form(self.kind, self.body, self.limits)
        except requests.MalformedError as error:
            return Malformed(error.problems)
        except InputError as error:
            # A table of a hundred thousand bad rows would make an answer larger than the request.
            raise InputError(_first(error.problems)) from error
        if self.kind != requests.CHECK:
            return parsed
        from api.verdict import verdict  # noqa: PLC0415 - in a process

        return verdict(parsed, scenario)


def _first(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return as many problems as one answer lists, and how many more there are."""
    more = len(problems) - MOST_LISTED
    rest = (Problem(f"there are {counted(more, 'problem')} more"),) if more > 0 else ()
    return problems[:MOST_LISTED] + rest


@dataclass(frozen=True)
class Drawing:
    """A plan to be put into a form: its scenario and itself as JSON texts, and the language."""

    form: str
    scenario: Mapping[str, Any]
    plan: str
    language: str
    time_limit_s: float = DRAWING_S

    def run(self, _solver: Solver, _on_progress: OnProgress, _should_stop: ShouldStop) -> bytes:
        """Return the content of the file."""
        from api.forms import formed  # noqa: PLC0415 - slow, and for processes only

        return formed(self.form, self.scenario, self.plan, self.language)


@dataclass(frozen=True)
class Asked:
    """A task of the page, for a request worker."""

    task: str
    body: Any
    time_limit_s: float = DRAWING_S

    def run(self, _solver: Solver, _tell: OnProgress, _stop: ShouldStop) -> Any:
        """Return the answer."""
        from api.page import tasks, uploads  # noqa: PLC0415 - in a process

        if self.task == "read":
            return uploads.read(self.body)
        return tasks.answer(self.task, self.body)
