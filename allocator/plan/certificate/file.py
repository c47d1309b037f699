"""The file of a certificate: arrays of numpy (.npz), with all that is no array as JSON in one.

docs/explanation/proof.md describes it array by array. There are no pickles in it: a certificate
comes from somebody else, and a pickle is code.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from allocator.errors import InputError, Problem
from allocator.plan.certificate.types import Certificate, Entry, Kind, Proof, Together

SCHEMA = 1
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a file that is no certificate may end in."""


def write_certificate(certificate: Certificate, path: Path) -> None:
    """Write a certificate.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    proof = certificate.proof
    about = {
        "schema": SCHEMA,
        "kind": proof.kind.value,
        "bound": proof.bound,
        "shown": certificate.shown,
        "total": certificate.total,
        "trusted": dict(proof.trusted),
        "nodes": proof.nodes,
        "places": proof.places,
        "scenario": dict(certificate.scenario),
    }
    sizes = [len(entry.multipliers) for entry in proof.entries]
    tree = [(entry.parent, entry.node, entry.label) for entry in proof.entries]
    # Opened here: given a path numpy adds an ending to it.
    with path.open("wb") as file:
        np.savez(
            file,
            about=np.array(json.dumps(about)),
            pairs=proof.pairs,
            contents=proof.contents,
            patterned=np.array(proof.patterned, np.int64),
            set_place=np.array([one.place for one in proof.together], np.int64),
            set_extra=np.array([one.extra for one in proof.together]),
            set_start=np.cumsum([0, *(len(one.nodes) for one in proof.together)]),
            set_member=np.array([i for one in proof.together for i in one.nodes], np.int64),
            tree=np.array(tree, np.int64).reshape(len(tree), 3),
            start=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            multipliers=np.concatenate([np.zeros(0), *(e.multipliers for e in proof.entries)]),
        )


def read_certificate(path: Path) -> Certificate:
    """Read a certificate.

    Raises
    ------
    InputError
        If the file is none.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _certificate(dict(arrays))
    # Any bytes may be in the file. Whatever they do to the reader is the file's fault and not
    # ours.
    except UNREADABLE as error:
        raise InputError([Problem(f"expected a certificate: {error}", table=path.name)]) from None


def _certificate(arrays: dict[str, Any]) -> Certificate:
    """Return a certificate of arrays.

    Raises
    ------
    ValueError
        If a number is none, or the schema is another. Missing arrays raise KeyError.
    """
    about = json.loads(str(arrays["about"]))
    if about["schema"] != SCHEMA:
        raise ValueError(f"schema {about['schema']!r} is not {SCHEMA}")
    start, flat = arrays["start"].tolist(), arrays["multipliers"].astype(float)
    # NaN must not get through: `evaluate` takes a sum that is not finite for a model without a
    # solution.
    if not np.isfinite(flat).all():
        raise ValueError("multipliers are not all numbers")
    tree = zip(arrays["tree"].tolist(), start, start[1:], strict=False)
    bound = about["bound"]
    proof = Proof(
        kind=Kind(about["kind"]),
        bound=None if bound is None else _number(bound),
        trusted={str(name): _number(cost) for name, cost in about["trusted"].items()},
        nodes=tuple(map(str, about["nodes"])),
        places=tuple(map(str, about["places"])),
        pairs=arrays["pairs"].astype(np.int64).reshape(-1, 2),
        contents=arrays["contents"].astype(float),
        patterned=tuple(arrays["patterned"].astype(int).tolist()),
        together=tuple(_together(arrays)),
        entries=tuple(
            Entry(int(parent), int(node), int(label), flat[first:end])
            for (parent, node, label), first, end in tree
        ),
    )
    shown, total = (None if about[n] is None else _number(about[n]) for n in ("shown", "total"))
    return Certificate(shown, total, dict(about["scenario"]), proof)


def _together(arrays: dict[str, Any]) -> Iterator[Together]:
    """Yield the sets of organisations that pay more together."""
    start, member = arrays["set_start"].tolist(), arrays["set_member"].astype(int).tolist()
    given = arrays["set_place"].tolist(), start, start[1:], arrays["set_extra"].tolist()
    for place, first, end, extra in zip(*given, strict=False):
        yield Together(int(place), tuple(member[first:end]), _number(extra))


def _number(value: object) -> float:
    """Return a finite number.

    Raises
    ------
    ValueError
        If it is none.
    """
    number = float(str(value))
    if not np.isfinite(number):
        raise ValueError(f"{value!r} is no number")
    return number
