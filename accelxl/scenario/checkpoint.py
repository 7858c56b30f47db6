"""Checkpoints: what a run has kept so far, in a file, so that the same call goes on where it was broken off."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from dataclasses import astuple
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from accelxl.errors import BadFile
from accelxl.files import reason, replacing
from accelxl.scenario.draws import Draws
from accelxl.scenario.engine import Kept
from accelxl.scenario.job import Job
from accelxl.scenario.sinks import Wanted

FORMAT = 1
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    RuntimeError,
    OverflowError,
    MemoryError,
)
"""What reading raises of a file that is no checkpoint or a damaged one."""


def _feed(digest: Any, item: Any) -> None:
    if isinstance(item, np.ndarray):
        digest.update(f"{item.dtype.str}{item.shape}".encode())
        digest.update(np.ascontiguousarray(item).tobytes())
    elif isinstance(item, (tuple, list)):
        digest.update(f"({len(item)}".encode())
        for part in item:
            _feed(digest, part)
    else:
        digest.update(f"{type(item).__name__}:{item!r};".encode())


def fingerprint(job: Job, wanted: Wanted, out: Path | None) -> str:
    """Return a figure that differs for runs that differ in anything that their result depends on."""
    digest = hashlib.sha256()
    source = job.source
    parts: list[Any] = [
        FORMAT,
        import_module("accelxl").__version__,
        job.metrics,
        job.positions,
        job.wants,
        job.slots,
        job.dims,
        job.count,
    ]
    parts += [[plan.codes, plan.macrs, plan.values, plan.uses] for plan in job.plans]
    parts += [type(source).__name__, source.names]
    parts += list(source.given) if isinstance(source, Draws) else [getattr(source, name) for name in source.__slots__]
    parts += [astuple(wanted), str(out)]
    _feed(digest, parts)
    return digest.hexdigest()


def save(path: Path, mark: str, kept: Kept, firsts: list[int]) -> None:
    """Write what a run has kept; the file is whole or the one before it.

    Raises
    ------
    BadFile
        If it cannot be written.
    """
    held = {f"bag_{name}": array for name, array in kept.bag.packed().items()}
    for name, rows in (("ranks", kept.ranks), ("values", kept.values)):
        if rows is not None:
            held[name] = rows[:, : kept.at]
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez(
            file,
            allow_pickle=False,
            mark=np.array(mark),
            at=np.array([kept.at, kept.sums.at]),
            totals=kept.totals,
            current=kept.sums.current,
            firsts=np.array(firsts, np.int64),
            **held,
        )


def load(path: Path, mark: str, kept: Kept) -> list[int] | None:
    """Fill `kept` from a checkpoint and return where the parts of its rows begin; None where there is no file.

    Raises
    ------
    BadFile
        If the file is no checkpoint, or one of another run.
    """
    if not os.path.exists(path):  # noqa: PTH110 - False, too, for a name that the system does not take
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            if str(held["mark"]) != mark:
                raise BadFile(
                    f"{path} is the checkpoint of another run; a name of its own is needed for this one, or remove the file"
                )
            kept.at, kept.sums.at = (int(x) for x in held["at"])
            kept.totals[:] = held["totals"]
            kept.sums.current[:] = held["current"]
            kept.bag.unpack({name[4:]: held[name] for name in held.files if name.startswith("bag_")})
            for name, rows in (("ranks", kept.ranks), ("values", kept.values)):
                if rows is not None:
                    rows[:, : kept.at] = held[name]
            return [int(x) for x in held["firsts"]]
    except DAMAGED as error:
        raise BadFile(f"{path} is no checkpoint of a run; remove it or name another file") from error
    except OSError as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(f"{path} could not be read: {reason(error)}; a checkpoint that may be read is needed") from error


def held(path: Path) -> str:
    """Return the end of a sentence that says what a checkpoint holds, as a run that was broken off says it."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            return f"; {path} holds the first {int(found['at'][0]):,}: the same call goes on from there"
    except (OSError, *DAMAGED):
        return ""


def drop(path: Path) -> None:
    """Remove the checkpoint of a run that is complete."""
    path.unlink(missing_ok=True)
