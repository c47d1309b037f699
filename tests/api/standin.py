"""A stand-in for the search that is quick with every kind of job.

Importing it, which the service's processes do to find it by name, puts it in the place of all
studies of one job, too; tests themselves do not import it.
"""

from __future__ import annotations

from typing import Any

from allocator.plan.types import Plan
from allocator.scenario.types import Scenario
from allocator.search.options import SolveOptions
from api.jobs import handlers
from api.jobs.work import Answer, compact
from tests.api import planted


def brief(scenario: Scenario, options: SolveOptions, **how: Any) -> Plan:
    """Better a plan until time is up."""
    return planted.steady(scenario, options, **how)


def _answered(scenario: Scenario, work: Any) -> Answer:
    answer = handlers._allocate(scenario, work)
    return answer | {"result": compact({"schema": 1, "status": answer["status"]})}


STUDIES = ("explain", "tightest", "restack", "moves", "waves", "relocate", "rotas", "sensitivity")
handlers.ANSWERS |= dict.fromkeys(STUDIES, _answered)
