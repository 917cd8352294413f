"""What may break in a landscape of yours: strategies for drills of it, and one by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from immutabledict import immutabledict

from drsim.errors import DrsimError, did_you_mean
from drsim.model.landscape import Landscape
from drsim.model.scenario import Disruption, Scenario
from drsim.reading import dump, loads
from drsim.studies.arguments import checked_duration
from drsim.studies.breakable import KINDS, Kind, Thing, things
from drsim.testing.choices import below, one_in, pick

__all__ = ["Kind", "outage", "outages", "reordered", "with_less_room"]

TUESDAY: Final = "2015-05-12 10:00"
LASTS: Final = ("1 h", "4 h", "1 d", "3 d")
LATER: Final = ("1 h", "4 h", "12 h", "1 d")
BEFORE: Final = ("1 h", "12 h", "3 d")
ANY: Final = "any"
WEEK: Final = 7 * 24
OUTAGE: Final = re.compile(r"(?P<kind>[a-z_]+) (?P<name>\S+)(?: after (?P<after>.+?))?(?: for (?P<lasts>.+))?")


def outage(
    landscape: Landscape, *what: str, at: str | None = TUESDAY, horizon: str = "14 d", lasts: str | None = None
) -> Scenario:
    """One drill of a landscape, in words: `outage(land, "site haaren", "team admins after 2 h for 1 d")`.

    Each is a kind and a name, `after` how long it begins (at once), `for` how long it lasts (`lasts`, or the whole drill). `at`: the
    moment of the drill, local time; None for any moment of the week. For `@example`, and for a case that once went wrong.

    Raises DrsimError for what is not written like this; InputError for what is not there or cannot be, as in a file.
    """
    document: dict[str, object] = {}
    for number, text in enumerate(what, 1):
        found = OUTAGE.fullmatch(text)
        if found is None:
            raise DrsimError(
                f"{text!r} is no outage\n  write a kind and a name, such as 'site haaren after 2 h for 1 d'"
            )
        if found["kind"] not in KINDS or found["kind"] == "people":
            kinds = [kind for kind in KINDS if kind != "people"]
            raise DrsimError(
                f"{text!r}: nothing is of the kind {found['kind']!r}: {did_you_mean(found['kind'], kinds)}"
            )
        entry: dict[str, object] = {found["kind"]: found["name"]}
        if found["after"]:
            entry["after"] = found["after"]
        if found["kind"] == "corruption":
            entry["detected"] = found["lasts"] or lasts or "0 s"
        elif length := found["lasts"] or lasts:
            entry["lasts"] = length
        document[f"outage-{number}"] = entry
    base = _base(landscape, at, horizon)
    return base.with_({"disruptions": document}) if document else base


def outages(
    landscape: Landscape,
    *,
    at_least: int = 1,
    at_most: int = 2,
    kinds: Sequence[Kind] | None = None,
    names: Sequence[str] | None = None,
    moment: str | None = TUESDAY,
    lasts: Sequence[str] = LASTS,
    later: Sequence[str] = LATER,
    cascades: bool = True,
    horizon: str = "14 d",
) -> SearchStrategy[Scenario]:
    """Drills of a landscape in which from `at_least` to `at_most` different things break, overlapping or one after the other.

    `kinds`: of which kinds, by default all that the landscape has, but corruption; `names`: only things of these names. `moment`: of the
    drill, local time; `any`: any hour of the week after 11 May 2015 (in a year without a name, what is asked is the hour); None: each drill
    at a moment of its own. `lasts`, `later`: how long things are away, and how long after the first the others may begin; without
    `later` all at once. `cascades`: whether one may happen only since another does, and later than that.

    Shrinks to fewer things, the first of their kind by name, the shortest times, Tuesday at 10:00. What it gives is a `Scenario`, for
    `assert_recovers` and the like, `drsim.run`, or `reordered` and `with_less_room`, which change one.

    Raises DrsimError if nothing can be chosen; InputError if the landscape cannot be drilled.
    """
    _check_lengths(lasts, "lasts")
    _check_lengths(later, "later")
    if not 0 <= at_least <= at_most:
        raise DrsimError(f"from {at_least} to {at_most} outages: at_least must be from 0 to at_most")
    choices = things(landscape, kinds, names)
    if (count := len({each.key for each in choices})) < at_least:
        raise DrsimError(
            f"there are {count} things that could break, fewer than {at_least}\n  allow more kinds or names"
        )
    base = _base(landscape, TUESDAY if moment == ANY else moment, horizon)
    given = _Given(base, tuple(choices), at_least, at_most, moment == ANY, tuple(lasts), tuple(later), cascades)
    return _case(given)


@dataclass(frozen=True)
class _Given:
    base: Scenario
    choices: tuple[Thing, ...]
    at_least: int
    at_most: int
    any_hour: bool
    lasts: tuple[str, ...]
    later: tuple[str, ...]
    cascades: bool


@st.composite
def _case(draw: DrawFn, given: _Given) -> Scenario:
    hour = below(draw, WEEK) if given.any_hour else 0
    indices = st.integers(0, len(given.choices) - 1)
    most = min(given.at_most, len({each.key for each in given.choices}))
    chosen = (
        draw(
            st.lists(indices, min_size=given.at_least, max_size=most, unique_by=lambda index: given.choices[index].key)
        )
        if most
        else []
    )
    found: dict[str, Disruption] = {}
    for number, index in enumerate(chosen, 1):
        found[f"outage-{number}"] = _disruption(draw, given, given.choices[index], list(found))
    moment = given.base.moment
    if given.any_hour:
        assert moment is not None
        moment += timedelta(hours=hour)
    return given.base.model_copy(update={"moment": moment, "disruptions": immutabledict(found)})


def _disruption(draw: DrawFn, given: _Given, what: Thing, before: Sequence[str]) -> Disruption:
    parts: dict[str, object] = dict(zip(("kind", "target"), what.key, strict=True))
    if before and given.later and one_in(draw, 2):
        parts["after"] = pick(draw, given.later)
        parents = [name for name in before if what.kind != "corruption"]
        if given.cascades and parents and one_in(draw, 2):
            parts["follows"] = pick(draw, parents)
    if what.kind == "corruption":
        if "after" not in parts and one_in(draw, 2):
            parts["before"] = pick(draw, BEFORE)
        return Disruption(**parts, detected=pick(draw, given.lasts))  # type: ignore[arg-type]
    if what.heads:
        parts["people"] = str(1 + below(draw, what.heads - 1))
    return Disruption(**parts, lasts=pick(draw, given.lasts))  # type: ignore[arg-type]


# What else may be different


def reordered(scenario: Scenario) -> SearchStrategy[Scenario]:
    """The same drill with the groups of the plan in another order, and with groups that wait or do not.

    Where the plan has no groups, each component with a standby is one. Use it with `flatmap`: `outages(land).flatmap(reordered)`.
    Shrinks to the order by name, without waiting.
    """
    groups = scenario.response.groups or tuple(
        (name,) for name, each in sorted(scenario.landscape.components.items()) if _has_standby(each.at)
    )
    orders = ("dependencies", "groups", "best-effort groups")
    if not groups:
        return st.just(scenario)

    def other(order: str, shuffled: Sequence[tuple[str, ...]]) -> Scenario:
        response = scenario.response.model_copy(update={"groups": tuple(shuffled), "order": order})
        return scenario.model_copy(update={"response": response})

    return st.builds(other, st.sampled_from(orders), st.permutations(groups))


def with_less_room(scenario: Scenario, *, shares: Sequence[int] = (90, 75, 50, 25)) -> SearchStrategy[Scenario]:
    """The same drill with a part of the room at one site, in percent of each of its pools, but never less than what runs there.

    Use it with `flatmap`. Shrinks to the first site by name and the first share.
    """
    landscape = scenario.landscape
    sites = sorted(name for name, site in landscape.sites.items() if site.pools)
    if not sites:
        return st.just(scenario)

    def smaller(site: str, share: int) -> Scenario:
        pools = {
            pool: max(-(-room.number * share // 100), _in_use(landscape, site, pool), 1)
            for pool, room in landscape.sites[site].pools.items()
        }
        return scenario.with_({f"sites.{site}.pools.{pool}": count for pool, count in pools.items()})

    return st.builds(smaller, st.sampled_from(sites), st.sampled_from(list(shares)))


def _in_use(landscape: Landscape, site: str, pool: str) -> int:
    return sum(
        each.uses[pool].number
        for each in landscape.components.values()
        if pool in each.uses and site in each.at and each.at[site].role in ("active", "hot")
    )


def _has_standby(at: Mapping[str, object]) -> bool:
    return any(getattr(standing, "role", None) != "active" for standing in at.values())


# The drill in which nothing breaks

_bases: dict[tuple[int, str | None, str], tuple[Landscape, Scenario]] = {}


def _base(landscape: Landscape, at: str | None, horizon: str) -> Scenario:
    """Read like a file once, so that what cannot be drilled is refused as there."""
    key = id(landscape), at, horizon
    if key not in _bases:
        if len(_bases) > 20:
            _bases.clear()
        if at is None:
            moment = None
        else:
            try:
                moment = datetime.strptime(at, "%Y-%m-%d %H:%M")
            except ValueError:
                raise DrsimError(f"{at!r} is no moment\n  write such as {TUESDAY!r}, or {ANY!r}") from None
        bare = Scenario(
            title="What must hold",
            landscape=landscape,
            moment=moment,
            response=landscape.response,
            horizon=checked_duration(horizon, "horizon"),
        )
        loads(dump(bare))
        _bases[key] = landscape, bare
    return _bases[key][1]


def _check_lengths(texts: Sequence[str], what: str) -> None:
    if isinstance(texts, str):
        raise DrsimError(f"{what} {texts!r}: give several, such as [{texts!r}]")
    for text in texts:
        checked_duration(text, what)
