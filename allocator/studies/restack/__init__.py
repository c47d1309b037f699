"""Restacking: the least change from today's plan, and what more change buys."""

from __future__ import annotations

from allocator.studies.restack.files import document, write_restack
from allocator.studies.restack.run import Point, Restack, RestackProgress, at_most_s, restack

__all__ = [
    "Point",
    "Restack",
    "RestackProgress",
    "at_most_s",
    "document",
    "restack",
    "write_restack",
]
