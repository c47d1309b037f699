"""The planner's page: one document, its scripts, and what these ask for. The service mounts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI


def mount(app: FastAPI) -> None:
    """Add the page to the service: `/`, and what it needs under `/page`."""
    from api.page.routes import router  # noqa: PLC0415 - not for processes that answer its tasks

    app.include_router(router)
