"""Bearer tokens of an OpenID Connect issuer, checked by its published keys (extra `oidc`)."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from allocator.errors import InputError, Problem
from api.access import is_loopback
from api.settings import ServiceSettings

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures by key pairs alone: a shared secret would let the verifier sign."""
FRESH_S = 3600.0
"""Seconds for which the keys of the issuer are kept."""
AGAIN_S = 30.0
"""Seconds after which they may be asked for again, where a token names one that is not known."""
PATIENCE_S = 5.0
LEEWAY_S = 30
LARGEST = 1_000_000


class IssuedTokens:
    """Recognises the tokens of one issuer.

    Parameters
    ----------
    issuer, audience
        Who must have made a token, and for whom.
    """

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer.rstrip("/")
        self._keys: KeySet | None = None
        self._asked_s = -FRESH_S
        self._lock = Lock()
        self._claims = JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "values": [self._issuer, self._issuer + "/"]},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def owner(self, token: str) -> str | None:
        """Return who the token is of; None if it does not hold, or no keys are to be had."""
        # Issuers change their keys. A token that does not hold by the keys at hand is tried again
        # with fresh ones, but no more often than each AGAIN_S: anybody can send tokens that do not
        # hold.
        for age_s in (FRESH_S, AGAIN_S):
            keys = self._fresh(age_s)
            try:
                found = jwt.decode(token, keys, algorithms=ALGORITHMS) if keys else None
                if found is not None:
                    self._claims.validate(found.claims)
                    # The subject alone is no name: two issuers may give out the same.
                    return f"{self._issuer} {found.claims['sub']}"
            except (JoseError, ValueError):
                continue
        return None

    def _fresh(self, age_s: float) -> KeySet | None:
        """Return the issuer's keys, asked for anew if they are older than `age_s` seconds.

        None where none were ever had. Keys that cannot be renewed are used on.
        """
        # One thread asks the issuer; the others wait for its answer rather than ask as well.
        with self._lock:
            if time.monotonic() - self._asked_s > age_s:
                # Noted before asking: an issuer that does not answer is left alone for a while,
                # too.
                self._asked_s = time.monotonic()
                try:
                    about = _fetched(f"{self._issuer}/.well-known/openid-configuration")
                    self._keys = KeySet.import_key_set(_fetched(about["jwks_uri"]))
                except (urllib.error.URLError, OSError, ValueError, KeyError, JoseError):
                    pass  # the keys at hand may do; without any, no token holds
            return self._keys


def _fetched(url: str) -> Any:
    """Return the JSON at an address, asked for with a limit of time and size."""
    with urllib.request.urlopen(_sound(url), timeout=PATIENCE_S) as answer:
        # An issuer that has been taken over must not fill the memory.
        return json.loads(answer.read(LARGEST))


def _sound(url: str) -> str:
    """Return an address at which keys may be fetched.

    Raises
    ------
    ValueError
        If it is neither https nor of this machine: whoever is in between could hand out own keys.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ValueError("keys must come by https")
    return url


def issued_tokens(settings: ServiceSettings) -> IssuedTokens:
    """Return what recognises the tokens of the issuer in the settings.

    Raises
    ------
    InputError
        If no audience is set: then any token of the issuer would do, for whatever it was made.
    """
    if not settings.oidc_audience:
        wanted = "expected the audience that tokens are made for"
        raise InputError([Problem(wanted, "ALLOCATOR_OIDC_AUDIENCE")])
    return IssuedTokens(settings.oidc_issuer, settings.oidc_audience)
