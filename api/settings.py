"""What whoever runs the service may set, from the environment; read once, at start-up."""

from __future__ import annotations

import os
from typing import Annotated, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from allocator.errors import InputError, Problem

PREFIX = "ALLOCATOR_"
HIDDEN = "…"
"""What is said in the place of a value that may hold a password."""


class ServiceSettings(BaseSettings):
    """Settings of the service. Each is set by a variable of its name, such as ALLOCATOR_MAX_UNITS.

    Attributes
    ----------
    database_url
        `sqlite:///FILE`, of one machine, or `postgresql://…`. All processes of a service share it.
    oidc_issuer
        Whose bearer tokens are accepted beside keys. Needs the extra `oidc`, and oidc_audience.
    oidc_audience
        For whom these tokens must be made.
    metrics_port
        Port on which `allocator worker` serves its metrics; none if not set.
    metrics_host
        Address of these metrics: this machine alone by default.
    max_body_bytes
        Bytes of one request.
    max_units
        Rows of headcounts of one request, of one scheme.
    max_floors
        Rows of floors of one request.
    max_tables
        Headcount tables of a batch, and cases of a comparison.
    max_time_limit_s
        Seconds that one solve may be given.
    memory_limit_mb
        Megabytes of one process that solves or reads.
    concurrent_solves
        Solves at a time of one process. With 0 `allocator serve` only answers.
    workers
        Threads of one solve.
    queued_jobs
        Jobs that may wait or run, in all. More are refused with 503.
    jobs_a_key
        Jobs of one caller that may wait or run. More are refused with 429.
    running_a_key
        Solves of one caller that run at a time. More wait.
    requests_a_minute
        Requests of one caller, counted by each process. More are refused with 429.
    streams_a_key
        Streams of events of one caller that are open at one process. More are refused with 429.
    keep_days
        Days after which jobs that are over are forgotten.
    lease_s
        Seconds without a sign of life after which a worker counts as dead.
    """

    database_url: Annotated[str, Field(pattern="^(sqlite:///.|postgresql://)")] = (
        "sqlite:///allocator.sqlite"
    )
    oidc_issuer: Annotated[str, Field(pattern="^(|https?://.*)$")] = ""
    oidc_audience: str = ""
    metrics_port: Annotated[int | None, Field(ge=1, le=65535)] = None
    metrics_host: str = "127.0.0.1"
    max_body_bytes: Annotated[int, Field(ge=1_000, le=1_000_000_000)] = 20_000_000
    max_units: Annotated[int, Field(ge=1)] = 5_000
    max_floors: Annotated[int, Field(ge=1)] = 1_500
    max_tables: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    max_time_limit_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    memory_limit_mb: Annotated[int, Field(ge=256)] = 4_096
    concurrent_solves: Annotated[int, Field(ge=0, le=64)] = 1
    workers: Annotated[int, Field(ge=1, le=64)] = min(os.cpu_count() or 1, 64)
    queued_jobs: Annotated[int, Field(ge=1)] = 1_000
    jobs_a_key: Annotated[int, Field(ge=1)] = 100
    running_a_key: Annotated[int, Field(ge=1)] = 8
    requests_a_minute: Annotated[int, Field(ge=1)] = 600
    streams_a_key: Annotated[int, Field(ge=1)] = 50
    keep_days: Annotated[float, Field(gt=0)] = 30.0
    lease_s: Annotated[float, Field(ge=2, le=60)] = 20.0

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    @classmethod
    def from_environment(cls) -> Self:
        """Return the settings of the environment.

        Raises
        ------
        InputError
            If a variable does not hold what its setting may be, with every such variable.
        """
        try:
            return cls()
        except ValidationError as error:
            raise InputError(
                Problem(
                    fault["msg"].lower(),
                    PREFIX + "_".join(map(str, fault["loc"])).upper(),
                    value=HIDDEN if "database_url" in fault["loc"] else str(fault["input"]),
                )
                for fault in error.errors(include_url=False)
            ) from error
