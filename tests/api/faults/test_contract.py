"""The service keeps to its own OpenAPI document, whatever is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS

from api.app import create_app
from tests.api.conftest import limits
from tests.api.live import live
from tests.more import TIMES

pytestmark = pytest.mark.faults
LOOSE = ["positive_data_acceptance", "negative_data_rejection", "missing_required_header"]
"""Checks that do not hold here: what fits the schema may contradict itself from table to table,
files of a form may hold anything, and an open service asks for no key."""


with TemporaryDirectory() as folder:
    schema = schemathesis.openapi.from_dict(create_app(limits(Path(folder))).openapi())
schema.config.phases.coverage.enabled = False  # systematic, and ten times slower


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that answers every order with `unknown`."""
    place = f"sqlite:///{tmp_path_factory.mktemp('contract') / 'jobs.sqlite'}"
    with live("serve", place, "prompt", jobs_a_key=100_000, running_a_key=64) as service:
        yield service.url


@schema.parametrize()
@settings(
    max_examples=8 * TIMES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_service_keeps_its_contract(case: schemathesis.Case, url: str) -> None:
    """Drawn requests get documented answers only, and never a server error."""
    case.call_and_validate(base_url=url, timeout=60, excluded_checks=CHECKS.get_by_names(LOOSE))
