"""Two scenarios under the same luck: what differs between their files, and what that does to each service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.cells import cell_len

from drsim.reporting.numbers import (
    NONE,
    UNKNOWN,
    format_count,
    format_gap,
    format_points,
    format_share,
    format_times,
)
from drsim.reporting.page import MARGIN, Cell, Page
from drsim.reporting.summary import plural
from drsim.units import SECOND

if TYPE_CHECKING:
    from drsim.measures.pairs import Difference
    from drsim.reading.differences import Change
    from drsim.studies.compare import Compared, Comparison

__all__ = [
    "GROUPS",
    "MOST_CHANGES",
    "TURNS",
    "Turn",
    "alike",
    "answer",
    "compared",
    "in_order",
    "in_time_texts",
    "row_texts",
]

GROUPS: Final = {
    "worse": ("BACK LATER", "bold red"),
    "undecided": ("TOO CLOSE TO CALL", "bold magenta"),
    "better": ("BACK SOONER", "bold green"),
    "same": ("THE SAME", "bold"),
}
"""Verdicts, the worst first."""
_PARTS: Final = {
    "worse": ("is back later", "are back later"),
    "undecided": ("is too close to call", "are too close to call"),
    "better": ("is back sooner", "are back sooner"),
    "same": ("is the same", "are the same"),
}
Turn: TypeAlias = tuple[str | None, str | None]
"""A verdict on a target, before and after."""
TURNS: Final[dict[Turn, tuple[str, str]]] = {
    ("met", "missed"): ("{n} that met its {target} misses it now", "{n} that met their {target} miss it now"),
    (None, "missed"): ("{n} misses the {target} that is new", "{n} miss the {target} that is new"),
    ("undecided", "missed"): (
        "{n} misses its {target} now and was too close to call",
        "{n} miss their {target} now and were too close to call",
    ),
    ("met", "undecided"): (
        "{n} that met its {target} is too close to call now",
        "{n} that met their {target} are too close to call now",
    ),
    ("missed", "undecided"): (
        "{n} that missed its {target} is too close to call now",
        "{n} that missed their {target} are too close to call now",
    ),
    ("undecided", "met"): (
        "{n} meets its {target} now and was too close to call",
        "{n} meet their {target} now and were too close to call",
    ),
    ("missed", "met"): ("{n} that missed its {target} meets it now", "{n} that missed their {target} meet it now"),
}
"""What is said where a verdict on a target is another, of one service and of many; the worst first."""
MOST_CHANGES: Final = 12
"""Lines about what differs between the files."""
MOST_NAMES: Final = 3
"""Entries that are named where the same was changed in many."""


def compared(comparison: Comparison, *, places: tuple[str, str], page: Page | None = None) -> Page:
    """What a change does; `places`: where the two scenarios are from."""
    page = Page() if page is None else page
    before, after = comparison.before.scenario, comparison.after.scenario
    titles = [before.title] if before.title == after.title else [before.title, after.title]
    page.two_sided(" → ".join(titles), " → ".join(places) if len(set(places)) > 1 else places[0])
    n = comparison.replications
    parts = [f"{n:,} {plural('drill', n)} of each, with the same luck", f"seed {comparison.after.seed}"]
    if before.horizon.ms != after.horizon.ms:
        parts.append(f"up to {min(before.horizon, after.horizon, key=lambda each: each.ms).text}, the shorter horizon")
    page.say(" · ".join(parts), indent=0, style="dim")
    if comparison.interrupted:
        page.label("INTERRUPTED", f"this is about the {n:,} that were finished", label_style="bold red", indent=0)
    page.blank()
    page.say(answer(comparison), style="bold", indent=MARGIN)
    page.blank()
    _changes(comparison.changes, page)
    _services(comparison, page)
    for heading, names in (("ONLY BEFORE", comparison.only_before), ("ONLY AFTER", comparison.only_after)):
        if names:
            page.label(heading, ", ".join(names), label_style="bold", indent=1)
    return page


def answer(comparison: Comparison) -> str:
    """The answer in a sentence, and what becomes of targets."""
    return " ".join(filter(None, (_sentence(comparison), _turned(comparison))))


def _sentence(comparison: Comparison) -> str:
    verdicts = [each.verdict for each in comparison.services]
    if not verdicts:
        return "There is no service in both."
    counts = {key: verdicts.count(key) for key in _PARTS if key in verdicts}
    if len(counts) == 1 and "same" in counts:
        return "The same in every drill: nothing that differs has an effect on recovery times."
    parts = ", ".join(f"{number} {_PARTS[key][number > 1]}" for key, number in counts.items())
    return f"On average, of {len(verdicts)} {plural('service', len(verdicts))} {parts}."


def _turned(comparison: Comparison) -> str:
    """What becomes of targets: `11 that met their RTO miss it now.`; nothing where there are none in both."""
    told = [
        text.format(n=counts[turn], target=target.upper())
        for target, counts in comparison.turned.items()
        for turn, texts in TURNS.items()
        if counts[turn]
        for text in [texts[counts[turn] > 1]]
    ]
    if told:
        return f"{'; '.join(told)}."
    judged = any(None not in pair for each in comparison.services for pair in (each.targets, each.data_targets))
    return "No verdict on a target changes." if judged else ""


def _changes(changes: Sequence[Change], page: Page) -> None:
    """What differs; the same change in many entries is told once."""
    if not changes:
        page.label("WHAT DIFFERS", "nothing", label_style="bold", indent=1)
        page.blank()
        return
    page.heading("WHAT DIFFERS")
    lines = alike(changes)
    for path, before, after in lines[:MOST_CHANGES]:
        if before is None:
            page.say(f"+ {path}: {after}", hang=2, most=2)
        elif after is None:
            page.say(f"− {path}: {before}", hang=2, most=2)
        else:
            page.say(f"{path}: {before} → {after}", hang=2, most=2)
    if len(lines) > MOST_CHANGES:
        page.say(f"and {len(lines) - MOST_CHANGES} more (--json has all)", style="dim")
    page.blank()


def alike(changes: Sequence[Change]) -> list[tuple[str, str | None, str | None]]:
    """(path, before, after) of what differs; the same change in many entries is one."""
    together: dict[tuple[str, str, str | None, str | None], list[str]] = {}
    for change in changes:
        section, _, rest = change.path.partition(".")
        name, _, tail = rest.partition(".")
        together.setdefault((section, tail, change.before, change.after), []).append(name)
    lines: list[tuple[str, str | None, str | None]] = []
    for (section, tail, before, after), names in together.items():
        whole = not tail
        if len(names) == 1 or whole:
            paths = [".".join(part for part in (section, name, tail) if part) for name in names]
        else:
            paths = [f"{section}.*.{tail} of {len(names)}: {_listed(names)}"]
        lines += [(path, before, after) for path in paths]
    return lines


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES + 1 else ""
    return ", ".join(names[:MOST_NAMES] if more else names) + more


def _services(comparison: Comparison, page: Page) -> None:
    shown = [each for each in comparison.services if each.verdict != "same"]
    horizon = comparison.horizon
    rows = {each.name: row_texts(each) for each in shown}
    heads = ("on average", "in 95 % of drills", "sooner", "later")
    widths = [
        max([len(head), *(cell_len(page.clean(row[i])) for row in rows.values())]) for i, head in enumerate(heads)
    ]
    title = page.width - MARGIN - sum(width + 1 for width in widths)
    narrow = title < 16
    if narrow:
        title = page.width - MARGIN - sum(width + 1 for width in widths[2:])
    title = min(title, max([12, *(cell_len(page.clean(each.title)) for each in shown)]))
    if shown:
        cells = [Cell(head, width, style="dim") for head, width in zip(heads, widths, strict=True)]
        page.row([Cell("", title), *(cells[2:] if narrow else cells)])
    for verdict, (heading, style) in GROUPS.items():
        group = in_order(comparison, verdict)
        if not group:
            continue
        if verdict == "same":
            page.heading(f"{heading} {len(group)}", "recovery time, in every drill", style=style)
            page.say(" · ".join(each.title for each in group))
            for each in group:
                if text := _rest(each):
                    page.say(f"{each.title}: {text}", style="dim", hang=2)
            continue
        page.heading(f"{heading} {len(group)}", style=style)
        for each in group:
            row = rows[each.name]
            cells = [Cell(text, width) for text, width in zip(row, widths, strict=True)]
            page.row([Cell(each.title, title), *(cells[2:] if narrow else cells)])
            if narrow:
                page.say(f"{heads[0]}: {row[0]} · {heads[1]}: {row[1]}", indent=MARGIN + 2)
            page.say(_around(each, horizon), indent=MARGIN + 2, style="dim", hang=2)
    if shown:
        texts = [text for each in shown for text in (*rows[each.name][:2], *_half_and_most(each, horizon))]
        parts = ["− sooner or less, + later or more; after minus before, means up to the horizon"]
        parts.append(f"in brackets {100 * comparison.confidence:g} % intervals")
        parts.append("sooner, later: in which share of pairs of drills")
        parts += [f"{sign}: {text}" for sign, text in _SIGN_TEXTS.items() if any(sign in shown for shown in texts)]
        page.say("; ".join(parts) + ".", style="dim")


def in_order(comparison: Comparison, verdict: str) -> list[Compared]:
    """The services with a verdict, those that differ most first."""
    return sorted(
        (each for each in comparison.services if each.verdict == verdict),
        key=lambda each: (-abs(each.recovery.mean.value), each.name),
    )


def in_time_texts(each: Compared) -> tuple[str, str]:
    """In which share of drills a service is in time, before and after."""
    one, two = (NONE if share is None else format_share(share) for share in each.in_time_shares)
    return one, two


def row_texts(each: Compared) -> tuple[str, str, str, str]:
    """By how much it differs on average and in 95 % of drills, and in which share of pairs it is sooner and later."""
    shares = (each.recovery.sooner, each.recovery.later)
    return _gap(each.recovery.mean), _gap(each.quantiles[0.95]), format_share(shares[0]), format_share(shares[1])


_SIGN_TEXTS: Final = {
    NONE: "never below its minimum",
    UNKNOWN: "too few drills, or too many that were not back",
    "≥": "the interval has no upper end",
}


def _half_and_most(each: Compared, horizon: int) -> tuple[str, ...]:
    """Half the drills before and after, 95 % of them before and after; times are rounded to their own error."""
    found = [q for p in (0.5, 0.95) for q in each.recovery_quantiles[p]]
    return tuple(format_times([(q.value, q.low, q.high)], horizon_ms=horizon)[0].text for q in found)


def _around(each: Compared, horizon: int) -> str:
    """Where a service was and where it is now, and what else has changed."""
    half_before, half_after, most_before, most_after = _half_and_most(each, horizon)
    parts = []
    for name, one, two in (("half the drills", half_before, half_after), ("95 %", most_before, most_after)):
        parts.append(f"{name}: {one} → {two}" if one != two else f"{name}: {one} both")
    return " · ".join([*parts, *([rest] if (rest := _rest(each)) else [])])


def _rest(each: Compared) -> str:
    """What differs beside the recovery time; nothing where nothing does."""
    parts = []
    met, lost, data = each.in_time, each.contacts_lost, each.data_loss
    one, two = each.in_time_shares
    if met is not None and one is not None and two is not None and met.before != met.after:
        points = format_points(met.value, met.low, met.high)
        parts.append(f"in time: {format_share(one)} → {format_share(two)}, {points}")
    parts += [_target(name, *pair) for name, pair in (("RTO", each.targets), ("RPO", each.data_targets)) if any(pair)]
    if data is not None and (data.sooner.successes or data.later.successes):
        parts.append(f"data lost: {_gap(data.mean)}")
    if lost.before != lost.after:
        half = max(lost.high - lost.value, lost.value - lost.low)
        parts.append(f"contacts lost: {'+' if lost.value > 0 else ''}{format_count(round(lost.value, 6), half)}")
    if each.recovery.tied.successes and each.verdict != "same":
        parts.append(f"as long in both: {format_share(each.recovery.tied)}")
    if each.recovery.neither.successes:
        parts.append(f"back in neither: {format_share(each.recovery.neither)}")
    return " · ".join(parts)


_TARGETS: Final = {None: "not asked for", "undecided": "too close to call"}


def _target(name: str, before: str | None, after: str | None) -> str:
    """The verdict against a target: `RTO missed → met`."""
    one, two = (_TARGETS.get(verdict, verdict) for verdict in (before, after))
    return f"{name} {one} → {two}" if one != two else f"{name} {one}"


def _gap(difference: Difference | None) -> str:
    if difference is None:
        return "beyond the horizon"
    if abs(difference.value) < SECOND and difference.low == difference.high:
        return NONE
    return format_gap(difference.value, difference.low, difference.high)
