"""Keys of callers: made, listed, revoked and recognised; only hashes of them are kept.

A key is `al_ID_SECRET`. The secret has 256 random bits, so one round of SHA-256 suffices: there
is nothing to guess that a slow hash would protect.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

import sqlalchemy as sa

from allocator.errors import InputError, Problem
from api.jobs.database import KEYS

_PREFIX = "al"
_NO_HASH = hashlib.sha256(b"").hexdigest()
_OWNER = sa.func.coalesce(KEYS.c.same_as, KEYS.c.key_id)
"""The first key of a caller, by which its jobs are known."""


@dataclass(frozen=True)
class Key:
    """A key as it is listed; owner, the first key of its caller; times in seconds since 1970."""

    key_id: str
    owner: str
    name: str
    created_s: float
    revoked_s: float | None


class Keys:
    """The keys in a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def make(self, name: str, same_as: str | None = None) -> str:
        """Make a key for a caller; return it, as it can never be told again.

        Parameters
        ----------
        same_as
            A key of the caller, also a revoked one: the new key sees the same jobs.

        Raises
        ------
        InputError
            If there is no such key.
        """
        # The id is public: lists and logs may show it. Only the secret proves who calls.
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        owners = {key.key_id: key.owner for key in self.all()}
        if same_as is not None and same_as not in owners:
            wanted = "expected a key that is listed"
            raise InputError([Problem(wanted, "--same-as", value=same_as)])
        row = {
            "key_id": key_id,
            "name": name,
            "secret_sha256": _hashed(secret),
            "created_s": time.time(),
            "same_as": None if same_as is None else owners[same_as],
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(KEYS).values(row))
        return f"{_PREFIX}_{key_id}_{secret}"

    def all(self) -> list[Key]:
        """Return every key there ever was, oldest first."""
        columns = (KEYS.c.key_id, _OWNER, KEYS.c.name, KEYS.c.created_s, KEYS.c.revoked_s)
        with self._engine.begin() as connection:
            rows = connection.execute(sa.select(*columns).order_by(KEYS.c.created_s)).all()
        return [Key(*row) for row in rows]

    def any(self) -> bool:
        """Whether a key was ever made."""
        with self._engine.begin() as connection:
            return connection.execute(sa.select(KEYS.c.key_id).limit(1)).first() is not None

    def revoke(self, key_id: str) -> bool:
        """Revoke a key; return whether there was one to revoke."""
        mine = sa.and_(KEYS.c.key_id == key_id, KEYS.c.revoked_s.is_(None))
        with self._engine.begin() as connection:
            done = connection.execute(sa.update(KEYS).where(mine).values(revoked_s=time.time()))
        return bool(done.rowcount)

    def owner(self, key: str) -> str | None:
        """Return whose key it is; None if it is none, or was revoked."""
        prefix, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        columns = (KEYS.c.secret_sha256, KEYS.c.revoked_s, _OWNER)
        query = sa.select(*columns).where(KEYS.c.key_id == key_id)
        with self._engine.begin() as connection:
            row = connection.execute(query).first() if prefix == _PREFIX else None
        # An unknown id is compared as well, so that the time it takes does not tell which ids
        # there are.
        kept, revoked_s, owner = row or (_NO_HASH, None, None)
        is_same = secrets.compare_digest(_hashed(secret), kept)
        return f"key:{owner}" if row and is_same and revoked_s is None else None


def _hashed(secret: str) -> str:
    """Return what is kept of a secret: its SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()
