"""Whether scenarios turn out as their files expect: what does not first, then what is too close to call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from drsim.reporting.numbers import NONE, format_share
from drsim.reporting.page import MARGIN, Cell, Page
from drsim.reporting.summary import Command, plural, write_command

if TYPE_CHECKING:
    from drsim.model.scenario import Scenario
    from drsim.studies.check import Check, Checked

__all__ = ["GROUPS", "HEADS", "answer", "checked", "counted", "texts", "without"]

GROUPS: Final = {
    "otherwise": ("NOT AS EXPECTED", "bold red"),
    "undecided": ("TOO CLOSE TO CALL", "bold magenta"),
    "as expected": ("AS EXPECTED", "bold green"),
}
"""How a promise may turn out, the worst first."""
HEADS: Final = ("promise", "expected", "found", "kept in", "asked")
SHORTEST: Final = 18
"""Of a title, where there is room for it."""


def checked(check: Check, *, command: Command, page: Page | None = None) -> Page:
    """One scenario: the answer, and each promise of which something is expected."""
    page = Page() if page is None else page
    result = check.result
    page.blank()
    page.two_sided(result.scenario.title, command.place)
    n = result.replications
    page.say(f"{n:,} {plural('drill', n)} · seed {result.seed}", indent=0, style="dim")
    if result.interrupted:
        text = f"of {command.replications:,} drills {n:,} were finished, and this is about those"
        page.label("INTERRUPTED", text, label_style="bold red", indent=0)
    page.blank()
    page.say(answer(check), style="bold")
    page.blank()
    _table(check, command, page)
    return page


def answer(check: Check) -> str:
    """The answer in a sentence or two."""
    number, wrong, unsure = len(check.promises), len(check.of("otherwise")), len(check.of("undecided"))
    promises = f"{number} {plural('promise', number)}"
    close = f" Too close to call: {unsure}." if unsure else ""
    if wrong:
        return f"Not as expected: {wrong} of {promises}.{close}"
    if unsure == number:
        return f"Too close to call: {'all' if number > 1 else 'the only one of'} {promises}, so nothing is refuted."
    whole = f"all {promises}" if number > 1 else "the only promise"
    return f"As expected: {f'{number - unsure} of {promises}' if unsure else whole}.{close}"


def without(scenario: Scenario, *, command: Command, page: Page) -> Page:
    """One scenario that expects nothing, and what it could."""
    page.blank()
    page.two_sided(scenario.title, command.place)
    services = scenario.landscape.services
    named = next((name for name, service in sorted(services.items()) if service.targets.rto is not None), None)
    hint = f", such as 'expect: {{{named}: {{rto: met}}}}'" if named else ""
    page.say(f"It expects nothing, so that nothing is drilled: write what it should keep in it{hint}.")
    return page


def counted(passed: int, failed: int, silent: int, page: Page) -> Page:
    """How many of several scenarios are as expected."""
    parts = [f"{passed} as expected" if passed else "", f"{failed} not as expected" if failed else ""]
    parts.append(f"{silent} {'expects' if silent == 1 else 'expect'} nothing" if silent else "")
    page.blank()
    page.say(f"{passed + failed + silent} scenarios: {', '.join(part for part in parts if part)}.", style="bold")
    return page


def _table(check: Check, command: Command, page: Page) -> None:
    rows = {id(each): [page.clean(text) for text in texts(each)] for each in check.promises}
    widths = [1 + max(map(cell_len, column)) for column in zip(HEADS, *rows.values(), strict=True)]
    room = page.width - MARGIN - sum(width + 1 for width in widths)
    longest = max(cell_len(page.clean(each.title)) for each in check.promises)
    narrow = room < min(longest, SHORTEST)
    title = min(room, longest)
    if not narrow:
        heads = (Cell(head, width, style="dim") for head, width in zip(HEADS, widths, strict=True))
        page.row([Cell("", title), *heads])
    for fared, (heading, style) in GROUPS.items():
        group = [each for each in check.promises if each.fared == fared]
        if not group:
            continue
        page.heading(f"{heading} {len(group)}", style=style)
        for each in group:
            row = rows[id(each)]
            if narrow:
                page.say(each.title, most=1)
                page.say(" · ".join(f"{head}: {text}" for head, text in zip(HEADS, row, strict=True)), indent=6)
            else:
                page.row(
                    [Cell(each.title, title), *(Cell(text, width) for text, width in zip(row, widths, strict=True))]
                )
            if each.because is not None:
                page.label("because", each.because, indent=MARGIN + 2, label_style="dim", hang=2)
    page.say(_legend(check), style="dim")
    page.blank()
    _next(check, command, page)


def texts(each: Checked) -> tuple[str, str, str, str, str]:
    """What stands below `HEADS` for one promise."""
    found = "too close" if each.found == "undecided" else each.found
    kept, asked = NONE if each.share is None else format_share(each.share), f"{100 * each.asked:g} %"
    if each.share is None:
        found = "not begun"
    return f"{each.measure.upper()} {each.target.text}", each.expected, found, kept, asked


def _legend(check: Check) -> str:
    """What the columns are, and what nothing is expected of."""
    confidence = 100 * check.result.confidence
    parts = [f"kept in: the share of drills, in brackets its {confidence:g} % interval; asked: of how many drills"]
    unnamed = check.unnamed
    if number := sum(unnamed.values()):
        text = f"nothing is expected of {number} other {plural('promise', number)}"
        counts = [f"{count} {'too close' if key == 'undecided' else key}" for key, count in unnamed.items() if count]
        parts.append(f"{text} ({', '.join(counts)})")
    return "; ".join(parts) + "."


def _next(check: Check, command: Command, page: Page) -> None:
    """What to do about what is not as expected, and about what is too close to call."""
    for each in check.of("otherwise"):
        if each.expected == "missed":
            text = "it is kept: write 'met' in the place of 'missed', and take 'because' out where nothing is missed"
            page.label(f"{each.title}, {each.measure.upper()}:", text, hang=2)
    missed = [each for each in check.of("otherwise") if each.expected == "met"]
    for service in dict.fromkeys(each.service for each in missed if each.measure != "test"):
        write_command(page, "  ", command.line("explain", service, drills=True), "(what held it up)")
    for late in dict.fromkeys(each.late for each in missed if each.late is not None):
        write_command(page, "  ", command.line("replay", "--drill", str(late)), "(a test that is late)")
    if check.of("undecided") and not check.result.interrupted:
        more = 4 * check.result.replications
        page.say(f"Four times as many drills halve an interval: -n {more}", style="dim")
