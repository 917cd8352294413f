"""What would bring a service back sooner: what was tried, the most helpful first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from drsim.reporting.numbers import NONE, UNKNOWN, format_gap
from drsim.reporting.page import MARGIN, Cell, Page
from drsim.reporting.summary import Command, plural, write_command

if TYPE_CHECKING:
    from drsim.measures.pairs import Difference
    from drsim.studies.helps import Help, Helps

__all__ = ["GROUPS", "helped", "row_texts"]

GROUPS: Final = {
    "measure": ("MEASURES", "that could be taken"),
    "together": ("TOGETHER", "the best on average and the best on a bad day"),
    "ideal": ("IDEALS", "more than anybody can do: what any measure there could bring at most, or nearly"),
}


def helped(helps: Helps, *, command: Command, page: Page | None = None) -> Page:
    """All that was tried, in groups."""
    page = Page() if page is None else page
    page.two_sided(f"What would bring {helps.title} back sooner", command.place)
    n = helps.replications
    drills = f"{n:,} {plural('drill', n)}, the same luck in each row · seed {helps.seed}"
    page.say(drills, indent=0, style="dim")
    if helps.interrupted:
        page.label("INTERRUPTED", "not all was tried", label_style="bold red", indent=0)
    page.blank()
    if not helps.tried and not helps.refused:
        page.say("Nothing that can be changed held it up.", style="bold")
        return page
    rows = {each.text: row_texts(each) for each in helps.tried}
    heads = ("on average", f"bad day (P{100 * helps.around:g})", "")
    widths = [
        max([len(head), *(cell_len(page.clean(row[i])) for row in rows.values())]) for i, head in enumerate(heads)
    ]
    title = max(24, min(page.width - MARGIN - sum(width + 1 for width in widths), *(60,)))
    if rows:
        page.row(
            [Cell("", title), *(Cell(head, width, style="dim") for head, width in zip(heads, widths, strict=True))]
        )
    for kind, (heading, more) in GROUPS.items():
        group = [each for each in helps.tried if each.kind == kind]
        if not group:
            continue
        page.heading(heading, more)
        for each in group:
            cells = [Cell(text, width) for text, width in zip(rows[each.text], widths, strict=True)]
            *first, last = page.wrapped(each.text, title)
            for line in first:
                page.row([Cell(line, title)])
            page.row([Cell(last, title), *cells])
    for what, why in helps.refused:
        page.label("NOT TRIED", f"{what}: {why}", label_style="bold", indent=1, hang=2, most=3)
    page.blank()
    signs = f"− sooner, + later; means up to the horizon; in brackets 95 % intervals; {NONE}: the same in every drill"
    if any(UNKNOWN in text for row in rows.values() for text in row[:2]):
        signs += f"; {UNKNOWN}: too few drills, or too many that were not back"
    page.say(f"{signs}.", style="dim")
    if helps.left:
        page.say(
            f"{helps.left} more might be tried, on which less time goes: --most {helps.left + helps.most}",
            style="dim",
        )
    best = next(
        (each for each in helps.tried if each.kind != "ideal" and each.values and each.recovery.verdict == "better"),
        None,
    )
    if best is not None:
        page.blank()
        words = command.line("compare", drills=True)
        for path, value in best.values.items():
            words += ["--set", f"'{path}={value}'" if " " in str(value) else f"{path}={value}"]
        write_command(page, " Closer: ", words, "(what it does to all services)")
    return page


def row_texts(each: Help) -> tuple[str, str, str]:
    """By how much sooner on average and on a bad day, and what is to be said of it."""
    verdict = each.recovery.verdict
    if verdict == "same":
        return NONE, NONE, "no effect"
    return _gap(each.recovery.mean), _gap(each.bad_day), {"undecided": "undecided", "worse": "later"}.get(verdict, "")


def _gap(difference: Difference | None) -> str:
    if difference is None:
        return "beyond the horizon"
    return format_gap(difference.value, difference.low, difference.high)
