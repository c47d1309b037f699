"""Who may: keys, the open service on this machine, and what one caller sees of another."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2 as httpx
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from allocator.errors import InputError
from api.access import is_loopback
from api.examples import SMALLEST
from api.jobs.database import open_engine, prepare_database
from api.keys import Keys
from api.oidc import IssuedTokens
from tests.api.conftest import client, limits
from tests.api.databases import empty_database
from tests.api.live import served, until

ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keys]:
    """The keys in an empty database."""
    url = limits(tmp_path).database_url
    prepare_database(url)
    engine = open_engine(url)
    yield Keys(engine)
    engine.dispose()


def test_key_is_recognised_until_it_is_revoked(keys: Keys) -> None:
    """A key names its owner; once revoked it names nobody."""
    key = keys.make("me")
    [listed] = keys.all()
    assert keys.owner(key) == f"key:{listed.key_id}"
    assert keys.revoke(listed.key_id)
    assert keys.owner(key) is None


@pytest.mark.parametrize("wrong", ["", "al", "al__", "al_x_y", "nonsense"])
def test_what_is_no_key_is_nobody(keys: Keys, wrong: str) -> None:
    """Neither an empty key, nor one in pieces, nor with another secret is recognised."""
    key = keys.make("me")
    assert keys.owner(wrong) is None
    assert keys.owner(key[:-1] + ("A" if key[-1] != "A" else "B")) is None


def test_callers_second_key_sees_the_same_jobs(keys: Keys) -> None:
    """A key made for the caller of another is that caller, also once the first is revoked."""
    first = keys.make("me")
    owner, [listed] = keys.owner(first), keys.all()
    second = keys.make("me, later", listed.key_id)
    keys.revoke(listed.key_id)
    third = keys.make("me, later still", next(k.key_id for k in keys.all() if k.key_id in second))
    assert (keys.owner(first), keys.owner(second), keys.owner(third)) == (None, owner, owner)


def test_key_for_the_caller_of_no_key_is_refused(keys: Keys) -> None:
    """There is nobody whose jobs the new key could see."""
    with pytest.raises(InputError, match="expected a key that is listed"):
        keys.make("me", "nonsense")


def test_keys_of_an_older_database_are_kept(tmp_path: Path) -> None:
    """A table of keys made before a caller could have several is brought up to date."""
    url = empty_database(tmp_path)
    prepare_database(url)
    engine = open_engine(url)
    key = Keys(engine).make("me")
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE allocator_keys DROP COLUMN same_as"))
    prepare_database(url)
    assert Keys(engine).owner(key) is not None


def test_revoked_key_ends_its_streams(callers: Callers) -> None:
    """Whoever listens with a key that is revoked hears no more within a second."""
    me = {"X-API-Key": callers.keys.make("listener")}
    answer = callers.service.post("/allocate", json=SMALLEST, headers=me | ASYNC)
    key_id = callers.keys.all()[-1].key_id
    app: Any = callers.service.app
    with (
        served(app) as url,
        httpx.stream(
            "GET", f"{url}{answer.headers['location']}/events", headers=me, timeout=10
        ) as told,
    ):
        callers.keys.revoke(key_id)
        began = time.monotonic()
        assert list(told.iter_raw()) == []
    assert time.monotonic() - began < 1.5
    app.state.service.store.stop(answer.json()["id"])


def test_secret_of_a_key_is_not_kept(keys: Keys) -> None:
    """The database holds no part of the secret, only a hash of it."""
    secret = keys.make("me").split("_", 2)[2]
    with keys._engine.begin() as connection:
        rows = connection.execute(sa.text("SELECT * FROM allocator_keys")).all()
    assert secret not in str(rows)


class Callers:
    """A service with keys, and two callers."""

    def __init__(self, service: TestClient) -> None:
        app: Any = service.app
        self.service = service
        self.keys: Keys = app.state.service.access._keys
        self.one = {"X-API-Key": self.keys.make("one")}
        self.other = {"Authorization": f"Bearer {self.keys.make('other')}"}


@pytest.fixture(scope="module")
def callers() -> Iterator[Callers]:
    """A service with keys that only answers."""
    narrow: dict[str, Any] = {"jobs_a_key": 3, "queued_jobs": 5}
    with client(concurrent_solves=0, **narrow) as service:
        yield Callers(service)


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "al_0_0"}, {"Authorization": "Basic eA=="}])
def test_callers_without_a_valid_key_are_401(callers: Callers, headers: dict[str, str]) -> None:
    """Once a key was made nobody is served without one, or with a wrong one."""
    for path in ("/jobs", "/cases", "/metrics"):
        answer = callers.service.get(path, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_health_needs_no_key(callers: Callers) -> None:
    """Whoever watches the service need not be a caller."""
    paths = ("/healthz", "/readyz", "/docs", "/openapi.json")
    assert {callers.service.get(path).status_code for path in paths} == {200}


def test_jobs_of_others_do_not_exist(callers: Callers) -> None:
    """A caller that knows another's job id learns nothing by it, and can do nothing with it."""
    answer = callers.service.post("/allocate", json=SMALLEST, headers=callers.one | ASYNC)
    place = answer.headers["location"]
    parts = ("", "/plan", "/plan.csv", "/events", "/result", "/scenario")
    seen = {callers.service.get(place + part, headers=callers.other).status_code for part in parts}
    assert seen == {404}
    assert callers.service.delete(place, headers=callers.other).status_code == 404
    assert callers.service.get("/jobs", headers=callers.other).json()["jobs"] == []
    assert callers.service.get(place, headers=callers.one).json()["state"] == "queued"


def test_idempotency_keys_of_two_callers_are_two(callers: Callers) -> None:
    """The same Idempotency-Key of another caller is another job."""
    again = ASYNC | {"Idempotency-Key": "x"}
    places = {
        callers.service.post("/allocate", json=SMALLEST, headers=who | again).headers["location"]
        for who in (callers.one, callers.other)
    }
    assert len(places) == 2


def test_too_many_jobs_of_one_caller_are_429(callers: Callers) -> None:
    """A caller with as many jobs as it may have is told when to come again; others are served."""
    answers = [
        callers.service.post("/allocate", json=SMALLEST, headers=callers.one | ASYNC)
        for _ in range(4)
    ]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    other = callers.service.post("/allocate", json=SMALLEST, headers=callers.other | ASYNC)
    assert other.status_code == 202


def test_full_queue_is_503(callers: Callers) -> None:
    """Where as many jobs wait as may in all, everybody is told when to come again."""
    made = callers.keys.make("third")
    for who in (callers.one, callers.other, {"X-API-Key": made}):
        for _ in range(3):
            last = callers.service.post("/allocate", json=SMALLEST, headers=who | ASYNC)
    assert last.status_code == 503
    assert int(last.headers["retry-after"]) > 0


def test_too_many_requests_a_minute_are_429() -> None:
    """Beyond the requests of a minute a caller is told when to come again."""
    with client(concurrent_solves=0, requests_a_minute=3) as service:
        answers = [service.get("/cases") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_streams_beyond_those_a_caller_may_have_are_429() -> None:
    """A caller hears so many jobs at a time and no more, until it lets go of one."""
    with client(concurrent_solves=0, streams_a_key=2) as one, served(one.app) as url:  # type: ignore[arg-type]
        accepted = one.post("/allocate", json=SMALLEST, headers=ASYNC).json()
        place = url + accepted["links"]["events"]
        with httpx.stream("GET", place):
            with httpx.stream("GET", place):
                refused = httpx.get(place)
            assert until(lambda: _begins(place))
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0


def _begins(place: str) -> bool:
    """Whether a stream is opened there."""
    with httpx.stream("GET", place) as answer:
        return answer.status_code == 200


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_open_service_refuses_pages_from_elsewhere(
    idle: TestClient, headers: dict[str, str]
) -> None:
    """A page of another host that a browser on this machine shows may not use the service."""
    answer = idle.get("/jobs", headers=headers)
    assert answer.status_code == 403


def test_cookie_counts_on_pages_of_the_service_alone(callers: Callers) -> None:
    """A browser sends the cookie for a page of any site; only one of the service is served."""
    cookie = {"Cookie": f"allocator_key={callers.one['X-API-Key']}"}
    origins = (None, "http://127.0.0.1", "http://evil.example", "null")
    answers = [
        callers.service.get("/jobs", headers=cookie | ({"Origin": origin} if origin else {}))
        for origin in origins
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 403, 403]


def test_origin_is_nothing_to_keys_in_headers(callers: Callers) -> None:
    """A key that a script sends itself is one that it knows: whose page it is does not matter."""
    answer = callers.service.get("/jobs", headers=callers.one | {"Origin": "http://other.example"})
    assert answer.status_code == 200


@pytest.mark.parametrize("key", ["\xe9", 'al_"\\000"_x', "al_0_0"])
def test_keys_of_any_characters_are_401(callers: Callers, key: str) -> None:
    """What cannot be a key is refused like a wrong one, in a header and in a cookie."""
    for name, value in (("X-API-Key", key), ("Cookie", f"allocator_key={key}")):
        answer = callers.service.get("/jobs", headers={name: value.encode("latin-1")})
        assert answer.status_code == 401


@pytest.mark.parametrize("host", ["testclient", "testserver", "localhost.evil.example"])
def test_only_addresses_of_this_machine_are_here(host: str) -> None:
    """No name but localhost is taken for this machine."""
    assert not is_loopback(host)
    assert is_loopback("localhost")


class Issuer:
    """An issuer of tokens on loopback."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                about = {"jwks_uri": f"{issuer.url}/keys"}
                keys = KeySet([issuer.key]).as_dict(private=False)
                self.wfile.write(json.dumps(keys if "keys" in self.path else about).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self, key: RSAKey | None = None, **changes: Any) -> str:
        """Return a token that holds for an hour, with changes."""
        claims = {"iss": self.url, "aud": "allocator", "sub": "me", "exp": time.time() + 3600}
        header = {"alg": "RS256", "kid": "one"}
        return jwt.encode(header, claims | changes, key or self.key)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """An issuer of tokens."""
    one = Issuer()
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_token_of_the_issuer_names_its_subject(issuer: Issuer) -> None:
    """A token for us that has not run out is its subject's."""
    assert IssuedTokens(issuer.url, "allocator").owner(issuer.token()) == f"{issuer.url} me"


@pytest.mark.parametrize(
    "changes", [{"aud": "other"}, {"iss": "https://other"}, {"exp": 1}, {"sub": None}]
)
def test_token_that_does_not_hold_is_nobodys(issuer: Issuer, changes: dict[str, Any]) -> None:
    """Tokens for others, by others, run out or of nobody are not accepted."""
    assert IssuedTokens(issuer.url, "allocator").owner(issuer.token(**changes)) is None


def test_forged_tokens_are_nobodys(issuer: Issuer) -> None:
    """A token of another key, of no signature, or no token at all is not accepted."""
    tokens = IssuedTokens(issuer.url, "allocator")
    other = RSAKey.generate_key(2048, {"kid": "one"})
    unsigned = "eyJhbGciOiJub25lIn0." + issuer.token().split(".")[1] + "."
    forged = (issuer.token(key=other), unsigned, "", "a.b.c")
    assert [tokens.owner(token) for token in forged] == [None] * 4


def test_keys_by_plain_http_are_not_asked_for() -> None:
    """Keys that anybody on the way could change are no keys."""
    assert IssuedTokens("http://issuer.example", "allocator").owner("a.b.c") is None


def test_service_accepts_tokens_where_an_issuer_is_set(issuer: Issuer) -> None:
    """With an issuer nobody is served without a key or a token."""
    told = {"oidc_issuer": issuer.url, "oidc_audience": "allocator"}
    with client(concurrent_solves=0, **told) as service:
        bearer = {"Authorization": f"Bearer {issuer.token()}"}
        assert service.get("/jobs").status_code == 401
        assert service.get("/jobs", headers=bearer).status_code == 200
