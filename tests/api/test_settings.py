"""Settings of the service from the environment."""

from __future__ import annotations

import pytest

from allocator.errors import InputError
from api.app import create_app
from api.settings import ServiceSettings


def test_environment_sets_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable with the prefix and the name of a setting takes the place of its default."""
    monkeypatch.setenv("ALLOCATOR_MAX_UNITS", "12")
    assert ServiceSettings.from_environment().max_units == 12


@pytest.mark.parametrize("value", ["", "many", "-1", "2.5", "65"])
def test_nonsense_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """A setting that is no number, or out of range, is refused with name and value."""
    monkeypatch.setenv("ALLOCATOR_CONCURRENT_SOLVES", value)
    with pytest.raises(InputError) as refused:
        ServiceSettings.from_environment()
    [problem] = refused.value.problems
    assert (problem.table, problem.value) == ("ALLOCATOR_CONCURRENT_SOLVES", value)


def test_every_nonsense_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two bad variables are two problems."""
    monkeypatch.setenv("ALLOCATOR_MAX_FLOORS", "no")
    monkeypatch.setenv("ALLOCATOR_MAX_TIME_LIMIT_S", "inf")
    with pytest.raises(InputError) as refused:
        ServiceSettings.from_environment()
    assert len(refused.value.problems) == 2


def test_service_does_not_start_with_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app is not even made where a setting is none."""
    monkeypatch.setenv("ALLOCATOR_MAX_UNITS", "many")
    with pytest.raises(InputError, match="ALLOCATOR_MAX_UNITS"):
        create_app()
