"""Logs as lines of JSON: what happened to which job. Never what a request or a plan holds."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

TOLD = ("job", "kind", "status", "seconds", "why", "workers", "error", "caller")
"""What a line may tell beside its message; anything else stays out."""


class Lines(logging.Formatter):
    """Formats a record as one line of JSON; of an exception, where it was raised and its type.

    Its words are left out, as they may repeat a cell of a table.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # One line: what follows in a message of a library may be what somebody sent.
            "message": record.getMessage().splitlines()[0],
        }
        line |= {name: getattr(record, name) for name in TOLD if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = _where(record)
        return json.dumps(line)


def _where(record: logging.LogRecord) -> list[str]:
    """Return the places of a trace as `file:line function`, the innermost last; no values."""
    trace = record.exc_info[2] if record.exc_info else None
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    # The end of the trace is where it was raised; frameworks fill the beginning.
    return places[-8:]


def log_config() -> dict[str, Any]:
    """Return the configuration of all loggers: lines of JSON on stderr, of libraries only faults.

    The library of jobs logs arguments of what failed, so it is not heard at all.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": Lines}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "lines",
            }
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "allocator": {"level": "INFO"},
            "uvicorn.access": {"level": "INFO"},
            "dbos": {"level": "CRITICAL"},
        },
    }
