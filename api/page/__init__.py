"""The planner's page: one document, its scripts, and what these ask for. The service mounts it."""

from __future__ import annotations

from fastapi import FastAPI

from api.page.routes import router


def mount(app: FastAPI) -> None:
    """Add the page to the service: `/`, and what it needs under `/page`."""
    app.include_router(router)
