"""Numbered noise: every random quantity is a function of (seed, name, replication) alone.

The only place that knows numpy.random. A name is hashed to a key of the counter-based generator Philox (Salmon et al., "Parallel
random numbers: as easy as 1, 2, 3", SC 2011); the replication is the counter. So a name keeps its luck whatever else is in the
landscape, however many replications there are and however they are cut into slices.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.random import Philox

from drsim.planning.plan import Plan, Variable
from drsim.units import MINUTE, WEEK

__all__ = ["SLICE", "DrawName", "Numbers", "Script", "uniforms"]

SLICE = 64
"""Replications that are run as one task."""

DrawName = tuple[str, str, str, int, int]
"""Purpose, object, site, incident, try."""
Script = Callable[[DrawName, int], float | None]
"""A test's own luck: the uniform number for a name and a replication, or None for the usual one."""

_PER_COUNTER = 4
WEEK_MINUTES = WEEK // MINUTE


def uniforms(seed: int, name: DrawName, first: int, count: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The uniform numbers in (0, 1) of a name for replications `first` ... `first + count - 1`."""
    digest = blake2b("\x1f".join(map(str, name)).encode(), digest_size=8).digest()
    skipped = first % _PER_COUNTER
    # numpy would make floats of a plain list with one great number in it, and lose the last bits of the key
    key = np.array([seed & (2**64 - 1), int.from_bytes(digest, "little")], dtype=np.uint64)
    generator = Philox(key=key, counter=first // _PER_COUNTER)
    raw = generator.random_raw(count + skipped)[skipped:]
    # 52 bits and a half, so that neither 0 nor 1 can come out
    return ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


class Numbers:
    """The draws of a slice of replications, made column by column when a drill first asks.

    A column is one name for all replications of the slice, already turned into what the engine takes: whole milliseconds (or
    bytes per second), at least 1 for a second or later try; or the bare uniform number where the variable has no law.
    """

    def __init__(self, plan: Plan, seed: int, first: int, count: int, script: Script | None = None) -> None:
        self.variables = plan.variables
        self.seed, self.first, self.count = seed, first, count
        self.script = script
        self._columns: dict[tuple[int, int, int], list[int] | list[float]] = {}
        self._first_tries: list[list[Any] | None] = [None] * (len(plan.variables) + 1)

    def moments(self) -> list[int]:
        """Where in the week each drill begins when the moment is drawn: a whole minute, in ms since Monday 0:00."""
        key = (-1, 0, 0)
        if key not in self._columns:
            u = self._uniform(("moment", "moment", "", 0, 0))
            self._columns[key] = (np.floor(u * WEEK_MINUTES).astype(np.int64) * MINUTE).tolist()
        return self._columns[key]  # type: ignore[return-value]

    def column(self, variable: int, incident: int = 0, attempt: int = 0) -> list[Any]:
        """The values of a variable for every replication of the slice."""
        key = (variable, incident, attempt)
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = self._draw(self.variables[variable], incident, attempt)
            if not incident and not attempt:
                self._first_tries[variable] = column
        return column

    def first_tries(self) -> list[list[Any] | None]:
        """By variable the columns of incident 0, try 0 that are there already, for a quick look."""
        return self._first_tries

    def _uniform(self, name: DrawName) -> np.ndarray[Any, np.dtype[np.float64]]:
        u = uniforms(self.seed, name, self.first, self.count)
        if self.script is not None:
            for row in range(self.count):
                scripted = self.script(name, self.first + row)
                if scripted is not None:
                    u[row] = scripted
        return u

    def _draw(self, variable: Variable, incident: int, attempt: int) -> list[Any]:
        name = (variable.purpose, variable.object, variable.site, incident, attempt)
        u = self._uniform(name)
        if variable.law is None:
            return u.tolist()  # type: ignore[no-any-return]
        again = attempt and variable.purpose != "gather"  # of a quorum that is the member
        least = 1 if again or variable.purpose == "restores" else 0
        # of what fails of its own, the first life is what is left of one
        lives = variable.law.residual if variable.purpose == "fails" and not incident else variable.law.quantile
        values = np.maximum(np.rint(lives(u)), least)
        # what is longer than any horizon need not be told apart, and must fit an int
        return np.minimum(values, 2.0**60).astype(np.int64).tolist()  # type: ignore[no-any-return]
