"""Who calls: by a key, by a token of an issuer, or, where the service is open, from here.

What a caller may do is the same for all: it sees its own jobs, within its limits.
"""

from __future__ import annotations

import ipaddress
from typing import Protocol

import sqlalchemy as sa
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.jobs.database import DatabaseAwayError
from api.keys import Keys
from api.problems import Forbidden, Unauthenticated

COOKIE = "allocator_key"
HEADER = "X-API-Key"
ANYONE = "local"
"""Owner of all jobs of an open service."""
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Tokens(Protocol):
    """Whatever recognises bearer tokens."""

    def owner(self, token: str) -> str | None:
        """Return who the token is of; None if it does not hold."""


class Access:
    """Tells who calls.

    While no key was ever made and no issuer is set, the service is open to this machine alone, and
    everybody there is the same caller.

    Parameters
    ----------
    keys
        The keys of callers.
    tokens
        What recognises tokens of an issuer, if any are accepted.
    """

    def __init__(self, keys: Keys, tokens: Tokens | None) -> None:
        self._keys = keys
        self._tokens = tokens

    def is_open(self) -> bool:
        """Whether nobody is asked who they are: no key was ever made, no issuer is set."""
        return self._tokens is None and not self._keys.any()

    async def owner(self, request: HTTPConnection) -> str:
        """Return who calls.

        Raises
        ------
        Unauthenticated
            If the caller does not show a key or token that holds.
        Forbidden
            If the service is open and the caller is from elsewhere; if the page that sent it is.
        """
        try:
            return await run_in_threadpool(self._owner, request)
        except sa.exc.SQLAlchemyError as error:
            raise DatabaseAwayError from error

    def _owner(self, request: HTTPConnection) -> str:
        """Return who calls, as `owner` does; asks the database, so it blocks."""
        # A key that is shown is checked even where the service is open, so that a wrong one never
        # passes.
        shown = _shown(request)
        if shown is None and self.is_open():
            _from_here(request)
            return ANYONE
        if shown is not None and shown == request.cookies.get(COOKIE):
            # Keys in headers need no such care: no page of another site can add them.
            own_page_only(request)  # a browser sends cookies for whatever page asks
        owner = None
        if shown is not None and could_be_key(shown):
            owner = self._keys.owner(shown)
            if owner is None and self._tokens is not None:
                owner = self._tokens.owner(shown)
        if owner is None:
            raise Unauthenticated(f"send a key as {HEADER}", headers=_CHALLENGE)
        return owner


def _shown(request: HTTPConnection) -> str | None:
    """Return the key or token that a request shows."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    return request.headers.get(HEADER) or bearer or request.cookies.get(COOKIE)


def could_be_key(text: str) -> bool:
    """Whether a text has only characters that keys and tokens have."""
    return bool(text) and text.isascii() and text.isprintable()


def own_page_only(request: HTTPConnection) -> None:
    """Refuse what a page of another site makes a browser send.

    Requests without an Origin pass: only browsers send one, and they do with whatever could change
    something.

    Raises
    ------
    Forbidden
        If the page is of another site.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://")[-1] != request.headers.get("host", ""):
        raise Forbidden("send it from a page of this service")


def _from_here(request: HTTPConnection) -> None:
    """Refuse whoever is not on this machine, or was sent by a page that is not of this service."""
    own_page_only(request)
    client = request.client.host if request.client else ""
    host = request.headers.get("host", "")
    # Both are asked: a page elsewhere whose name is made to resolve to 127.0.0.1 (DNS rebinding)
    # comes from loopback, but with its own name as Host.
    if not (is_loopback(client) and is_loopback(host.rsplit(":", 1)[0].strip("[]"))):
        raise Forbidden("make a key with: allocator keys make NAME")


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
