"""`GET /healthz`: whether the service answers; says nothing of any request."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from allocator import __version__


class Health(BaseModel):
    """The service is up, and which version it is."""

    status: str = "ok"
    version: str = __version__


router = APIRouter()


@router.get("/healthz", operation_id="healthz", summary="Whether the service is up")
async def healthz() -> Health:
    """Answer at once, also while every solver is busy."""
    return Health()
