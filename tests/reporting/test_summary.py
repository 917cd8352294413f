"""What a run found, in words and columns: nothing that the result does not have."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drsim
from drsim.measures.drills import AGES
from drsim.measures.estimates import Quantile
from drsim.reading import load, loads
from drsim.reporting.causes import minutes_by_cause
from drsim.reporting.numbers import format_share, format_times
from drsim.reporting.page import Page, hours_minutes, parts_of
from drsim.reporting.summary import Command, _kept, alike, answer, most_interesting, summary, write_command
from drsim.studies.result import Explanation, Result
from drsim.units import HOUR, MINUTE

FILE = Path(__file__).parents[1] / "data" / "small-lost.yaml"
SERVICE = "services.moving-house"


def result(replications: int = 60, **targets: str) -> Result:
    changes = {f"{SERVICE}.targets.{key}": value for key, value in {"mbco": "10 %", **targets}.items()}
    return drsim.run(load(FILE, set=changes), replications=replications, workers=1)


def shown(found: Result, **extra: object) -> str:
    return str(summary(found, command=Command(str(FILE), found.replications), **extra))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("targets", "text", "heading"),
    [
        (
            {"rto": "13 d", "rpo": "13 d"},
            "Every target met? Yes. The only service comes back in time.",
            "BACK IN TIME 1",
        ),
        ({"rto": "1 min"}, "Every target met? No. The only service misses a target.", "MISS A TARGET 1"),
        ({"rpo": "0 s"}, "Every target met? No. The only service misses a target.", "MISS A TARGET 1"),
        ({"rto": "13 d", "rpo": "13 d", "mbco": "100 %"}, "Every target met? No. The only service", "MISS A TARGET 1"),
    ],
)
def test_the_answer_is_one_sentence(targets, text, heading):
    found = result(**targets)
    assert answer(found).startswith(text)
    assert f" {heading}" in shown(found).splitlines()


def test_what_is_too_close_to_call_is_never_yes_or_no():
    median = result().outcome("moving-house").recovery[0.5].value
    found = result(rto=f"{round(median / MINUTE)} min", share="50 %", rpo="13 d")
    assert found.outcome("moving-house").verdict == "undecided"
    assert answer(found) == "Every target met? Too close to call. The only service is too close to call."
    assert re.search(r"moving-house .* ~ \d\d % \(", shown(found))


def test_without_a_target_nothing_is_promised():
    scenario = load(FILE).with_({f"{SERVICE}.targets": {"mbco": "10 %"}})
    found = drsim.run(scenario, replications=40, workers=1)
    assert answer(found) == "Nothing is promised. The only service has no target."
    assert re.search(r" NO TARGET 1\n  moving-house –", shown(found))


def test_how_long_there_is_no_standby():
    found = result()
    assert (
        found.outcome("moving-house").unprotected.value == found.plan.horizon
    )  # nothing comes back from where it went
    assert re.search(
        r"\n UNPROTECTED  all .* \(P95\) in which a second failure finds no standby: moving-house\n", shown(found)
    )
    assert (found.drills["unprotected_h"] == found.plan.horizon / HOUR).all()
    assert found.to_dict()["services"]["moving-house"]["unprotected"]["p95"]["ms"] == found.plan.horizon
    whole = drsim.run(load(FILE, set={"disruptions": {}}), replications=40, workers=1)
    assert whole.outcome("moving-house").unprotected.value == 0
    assert "UNPROTECTED" not in shown(whole)


def test_a_service_that_nothing_stops_keeps_running():
    found = drsim.run(load(FILE, set={"disruptions": {}}), replications=40, workers=1)
    assert answer(found) == "Every target met? Yes. The only service keeps running."
    text = shown(found)
    assert " KEEP RUNNING 1  never below their minimum\n  moving-house\n" in text
    # none of 40, so in at most 10.4 % of drills (97.5 %): 39.4 contacts, rounded up
    assert " CITIZENS TURNED AWAY  nobody (on average <40) of 380 contacts in opening hours\n" in text
    assert "RTO  " not in text


TRIED = """\
drsim: scenario 1
title: tried
moment: 2015-05-12 10:00
tests: {site: here, lasts: 2 d, teardown: {takes: 1 h}}
landscape:
  sites: {here: {}, there: {}}
  links: {line: {between: [here, there], bandwidth: 1 Gbit/s}}
  components:
    quick: {at: {here: active, there: warm}, start: {takes: 3 h}}
    slow: {at: {here: active, there: warm}, start: {takes: SLOW}}
  services:
    a: {targets: {rto: 4 h}, needs: [quick], points: {p: {at: there}}}
    b: {targets: {rto: 9 d}, needs: [slow], points: {p: {at: there}}}
    c: {needs: [quick], points: {p: {at: there}}}
"""


def test_a_test_in_a_bubble_is_answered_first():
    found = drsim.run(loads(TRIED.replace("SLOW", "3 d")), replications=100, workers=1)
    assert answer(found) == (
        "Every RTO met in the test? No. Of 3 services 1 is back in time, 1 misses its RTO, 1 has no RTO. "
        "Production: every target met? Yes. Of 3 services 3 keep running."
    )
    text = shown(found)
    assert text.index(" IN THE TEST OF THE LOSS OF here") < text.index(" KEEP RUNNING 3")
    assert "  a:  P50 3 h 00 · P95 3 h 00 · within its RTO in >96 %\n" in text
    # it is over after two days: nothing says how long it would have taken
    assert "b:  P50 not back · P95 not back · is there in <4 % · ✗ within its RTO in <4 %, asked: 85 %\n" in text
    short = str(
        summary(found, command=Command("tried.yaml", 100))
    )  # beside a long way to a file there is no room to say why
    assert "drsim replay tried.yaml --drill 0   (b is late in the test)" in short
    close = drsim.run(loads(TRIED.replace("SLOW", "{mix: {85 %: 1 d, 15 %: 3 d}}")), replications=40, workers=1)
    assert answer(close).startswith(
        "Every RTO met in the test? Too close to call. Of 3 services 1 is back in time, 1 is too"
    )
    assert "More drills may settle what is too close to call: -n 400" in shown(close)
    assert "~ within its RTO in 8" in shown(close)
    off = loads(
        TRIED.replace("landscape:", "disruptions: {fault: {component: slow}}\nlandscape:").replace("SLOW", "1 h")
    )
    assert answer(drsim.run(off, replications=2)).startswith("The test begins in no drill. Production: every target")


def test_few_contacts_have_digits():
    found = drsim.run(loads(MEANWHILE.replace("48/day", "4.5/day")), replications=4, workers=1)
    assert re.search(r"CITIZENS TURNED AWAY  0\.\d+ of 4\.5\d* contacts", shown(found)), shown(found)


def test_a_landscape_without_services():
    text = "drsim: scenario 1\ntitle: none\nmoment: any moment of the week\n"
    text += "landscape: {sites: {here: {}}, components: {c: {at: {here: active}}}}\n"
    found = drsim.run(loads(text), replications=5, workers=1)
    assert answer(found) == "There are no services to look at."
    assert "no services" in shown(found)


def test_every_number_in_the_table_is_in_the_result():
    found = result()
    outcome = found.outcome("moving-house")
    both = [(time.value, time.low, time.high) for time in (outcome.recovery[0.5], outcome.recovery[0.95])]
    line = next(line for line in shown(found).splitlines() if line.startswith("  moving-house "))
    horizon = found.plan.horizon
    data = outcome.data_loss
    for time in (*format_times(both, horizon_ms=horizon), *format_times([(data.value, data.low, data.high)])):
        assert time.text in line
    assert outcome.in_time is not None
    assert format_share(outcome.in_time) in line


def test_missed_targets_are_marked():
    found = result(rto="1 min", rpo="13 d")
    assert re.search(r"^  moving-house +1 min .* ✗ <6 %", shown(found), re.MULTILINE)
    found = result(rto="13 d", rpo="0 s")
    assert re.search(r"^  moving-house +13 d .* ✗ [\d≥]", shown(found), re.MULTILINE)


def test_what_is_asked_of_data_that_is_missed_is_on_the_page():
    found = result(rto="13 d", rpo="0 s", share="85 %")
    share = found.outcome("moving-house").data_in_time
    assert share is not None
    text = " ".join(shown(found).split())
    assert f"✗ asked: at most 0 s of data lost in 85 % of drills; kept in {format_share(share)} " in text
    assert "of data lost" not in shown(result(rto="1 min", rpo="13 d"))


def test_the_same_is_asked_of_the_data_of_several_services_once():
    scenario = loads(several(6, "rpo: 0 s"))
    text = " ".join(shown(drsim.run(scenario, replications=40, workers=1)).split())
    assert text.count("at most 0 s of data lost") == 1
    assert re.search(r"✗ asked of s-\d, s-\d, s-\d, s-\d and 2 more: at most 0 s of data lost in", text)


def several(number: int, targets: str, title: str = "") -> str:
    """The small scenario with more services, all alike."""
    text = FILE.read_text(encoding="utf-8").replace("landscape: small.yaml", f"landscape: {FILE.parent}/small.yaml")
    service = f"{{{title}targets: {{{targets}}}, needs: [burgerzaken], points: {{one: {{at: sint-oedenrode}}}}}}"
    return text + f"add: {{{', '.join(f'services.s-{each}: {service}' for each in range(number))}}}\n"


def test_a_lost_site_is_sat_out_only_where_a_site_is_hit():
    assert "a lost site is sat out for 1 h before failover is declared" in " ".join(shown(result()).split())
    hit = load(FILE, set={"disruptions": {"breaks": {"component": "oracle", "lasts": "2 h"}}})
    assert "failover" not in shown(drsim.run(hit, replications=40, workers=1))


def test_a_service_that_keeps_running_says_what_it_still_serves():
    scenario = loads(several(1, "mbco: 1 %", "open: always, "))
    half = scenario.with_({"disruptions": {"team": {"team": "admins"}}})
    outcome = drsim.run(half, replications=40, workers=1).outcome("s-0")
    assert _kept(replace(outcome, profile=(0.65, *outcome.profile[1:]))) == "s-0 (serves 65 % after 1 h)"


def test_one_drill_is_one():
    found = result(1)
    text = shown(found, explained=[found.explain("moving-house")])
    assert "hours:minutes, of the drill around P95" in text
    assert " 1 drill · " in text


@pytest.mark.parametrize("width", [80, 90, 100])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_age_stands_above_its_bar(width, ascii_only):
    found = drsim.run(loads(several(3, "rto: 1 d")), replications=40, workers=1)
    outcomes = sorted(found.outcomes, key=lambda outcome: outcome.name)
    found.__dict__["outcomes"] = [replace(each, profile=LEVELS) for each in outcomes]
    page = summary(found, command=Command("x", 40), page=Page(ascii_only, width=width))
    lines = str(page).splitlines()
    head = next(line for line in lines if line.startswith("    ") and " RTO " in line)
    row = next(line for line in lines if line.startswith("  s-0 "))
    labels = {f"{age}h" if age < 24 else f"{age // 24}d": level for age, level in zip(AGES, LEVELS, strict=True)}
    ages = [(at.start(), at[0]) for at in re.finditer(r"(?<= )\d+[hd](?= |$)", head)]
    assert len(ages) >= 2
    assert ages[-1][1] == "14d"
    for column, label in ages:
        assert row[column] == page.bars([labels[label]], 1), (head, row)


LEVELS = (0.0, 0.12, 0.23, 0.34, 0.45, 0.56, 0.67, 0.78, 1.0)


def with_times(found: Result, *times: tuple[float, float, float]) -> Result:
    """The same with other times, in hours: back in half, in 95 %, data lost."""

    def changed(quantile: Quantile, time: tuple[float, float, float]) -> Quantile:
        value, low, high = (HOUR * each for each in time)
        return replace(quantile, value=value, low=low, high=high)

    found.__dict__["outcomes"] = [
        replace(
            each,
            recovery={p: changed(each.recovery[p], time) for p, time in zip((0.5, 0.95), times[:2], strict=True)},
            data_loss=changed(each.data_loss, times[2]),
        )
        for each in found.outcomes
    ]
    return found


ORACLE = ((2.55, 2.47, 2.67), (12, 3.89, 21.64), (13, 0.383, 13))


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_each_interval_reads_as_one(width, ascii_only):
    title = "birth, death, marriage"
    found = with_times(drsim.run(loads(several(1, "rto: 1 d", f"title: '{title}', ")), replications=40), *ORACLE)
    page = Page(ascii_only, width=width)
    text = str(summary(found, command=Command("x", 40), intervals=True, page=page))
    block = text[text.index(" INTERVALS") :]
    dash = "-" if ascii_only else "–"
    wanted = ["2 h 28 – 2 h 41", "3 h 50 – 22 h", "22 min – 13 h 00"]
    line = next(line for line in block.splitlines() if line.startswith(f"  {title} "))
    assert re.split(r" {3,}", line.strip()) == [title, *(each.replace("–", dash) for each in wanted)]


def test_where_intervals_do_not_fit_they_stand_under_the_title():
    found = drsim.run(loads(several(1, "rto: 1 d", "title: birth of very many people, ")), replications=40)
    times = (3.1, 3.09, 3.11), (5.1, 5.09, 5.11), (4.1, 4.09, 4.11)
    wide = [tuple(24 * each for each in time) for time in times]
    text = str(summary(with_times(found, *wide), command=Command("x", 40), intervals=True, page=Page(width=80)))
    block = text[text.index(" INTERVALS") : text.index(" MARGINS")]
    assert "  birth of very many people\n      back in half: 3 d 02 h – 3 d 03 h · " in block
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in block


def test_without_times_there_are_no_intervals():
    found = drsim.run(load(FILE, set={"disruptions": {}}), replications=40, workers=1)
    assert "INTERVALS" not in shown(found, intervals=True)


def test_signs_that_occur_are_explained():
    nothing, inf = (0.0, 0.0, 0.0), math.inf

    def legend(*times: tuple[float, float, float], ascii_only: bool = False) -> str:
        page = Page(ascii_only)
        return " ".join(str(summary(with_times(result(), *times), command=Command("x", 60), page=page)).split())

    assert "≥: the interval has no upper end yet; run more drills" in legend(nothing, (40, 30, inf), nothing)
    assert "≤: at most" in legend((0.00008, 0, 0.001), (1, 0.9, 1.1), nothing)
    assert ">: not back by then" in legend(nothing, (inf, 30, inf), nothing)
    assert "?: too few drills to say" in legend(nothing, (40, 0, inf), nothing)
    assert ">=: the interval has no upper end yet" in legend(nothing, (40, 30, inf), nothing, ascii_only=True)
    assert ">: not back" not in legend(nothing, (40, 30, inf), nothing, ascii_only=True)
    plain = legend((1, 0.9, 1.1), (2, 1.9, 2.1), nothing)
    assert not re.search(r"[?≥≤>]: ", plain)
    assert "> before a share: so in all of these drills" in " ".join(shown(result(10, rto="13 d", rpo="13 d")).split())
    assert "< before a share: so in none of these drills" in " ".join(shown(result(rto="1 min")).split())


def test_more_drills_are_offered_where_it_is_too_close_to_call():
    median = result().outcome("moving-house").recovery[0.5].value
    close = shown(result(rto=f"{round(median / MINUTE)} min", share="50 %", rpo="13 d"))
    assert "More drills may settle what is too close to call: -n 600\n" in close
    assert "More drills" not in shown(result(rto="13 d", rpo="13 d"))


@pytest.mark.parametrize("width", range(80, 101, 4))
def test_a_page_is_as_wide_as_asked(width):
    found = drsim.run(loads(several(4, "rto: 40 wh, rpo: 0 s", "title: A title of many words, ")), replications=80)
    explained = [found.explain(name) for name in most_interesting(found)]
    page = summary(found, command=Command("x" * 40, 80), explained=explained, intervals=True, page=Page(width=width))
    lines = str(page).splitlines()
    assert max(map(len, lines)) <= width
    assert sum("A title of many words" in line for line in lines) >= 8  # whole, in both tables


def test_where_bars_do_not_fit_the_page_says_where_they_do():
    found = drsim.run(loads(several(1, "rto: 40 wh", f"title: {'A long title ' * 3}, ")), replications=80)
    text = " ".join(str(summary(found, command=Command("x", 80), page=Page(width=80))).split())
    assert ("citizens served" in text) != ("a page of 100 columns also shows how many citizens" in text)


def test_working_hours_are_put_on_the_wall_clock():
    assert "16 wh end on Fri 15 May 10:00" in re.sub(r"\n +", " ", shown(result(rto="16 wh")))  # Thursday is Ascension
    assert "wh end on" not in shown(result())
    scenario = load(FILE, set={"moment": "any moment of the week", f"{SERVICE}.targets.rto": "16 wh"})
    found = drsim.run(scenario, replications=40, workers=1)
    assert "wh end on" not in shown(found)
    assert "wh: working hours" in shown(found)


def test_bars_stop_at_the_horizon():
    scenario = load(FILE, set={"horizon": "30 h", f"{SERVICE}.targets.rto": "20 h", f"{SERVICE}.targets.mbco": "10 %"})
    found = drsim.run(scenario, replications=40, workers=1)
    assert re.search(r"1h 4h 8h 1d$", shown(found), re.MULTILINE)
    assert not re.search(r"2d", shown(found))


def test_an_interrupted_run_says_so():
    found = result(40)
    found.interrupted = True
    text = str(summary(found, command=Command(str(FILE), 1_000)))
    assert "INTERRUPTED  of 1,000 drills 40 were finished, and this is about those\n" in text


def test_the_columns_of_what_held_them_up_add_up():
    found = result()
    explained = [found.explain(name) for name in most_interesting(found)]
    text = shown(found, explained=explained)
    table = text[text.index(" WHAT HELD THEM UP") : text.index(" CITIZENS")]
    rows = re.findall(r"^  ([a-z ]+?) {2,}(\d+):(\d\d)$", table, re.MULTILINE)
    minutes = [60 * int(hours) + int(rest) for _, hours, rest in rows]
    assert rows[-1][0] == "recovery time"
    assert sum(minutes[:-1]) == minutes[-1] == round(explained[0].total / MINUTE)


def test_those_that_are_alike_are_explained_once():
    text = FILE.read_text(encoding="utf-8").replace("landscape: small.yaml", f"landscape: {FILE.parent}/small.yaml")
    copy = "{targets: {rto: 48 h}, needs: [burgerzaken], points: {one: {at: sint-oedenrode}}}"
    scenario = loads(f"{text}add: {{services.one: {copy}, services.two: {copy}}}\n")
    found = drsim.run(scenario, replications=40, workers=1)
    assert alike(found, "two") == ["one", "two"]
    names = most_interesting(found)
    assert names[0] == "moving-house"
    assert names[1:] == ["one"]
    explained = [found.explain(name) for name in names]
    assert "one and 1 more" in re.sub(r" +", " ", shown(found, explained=explained))


@given(
    st.lists(st.integers(0, 10**9), max_size=12),
    st.integers(1, 60),
)
def test_rounded_parts_add_up_to_the_rounded_whole(values, divisor):
    exact = [value / divisor for value in values]
    total = round(sum(exact))
    parts = parts_of(total, exact)
    assert sum(parts) == total
    assert all(abs(part - value) <= 1 + 1e-6 for part, value in zip(parts, exact, strict=True))


def test_minutes_by_cause_add_up():
    causes = {"not yet detected": 0.5 * MINUTE, "team busy": 1.5 * MINUTE, "failed attempt": 2.5 * MINUTE}
    explanation = Explanation("s", 0.95, (1, 2), 4.5 * MINUTE, causes, {}, 0)
    assert sum(minutes_by_cause(explanation).values()) == 5  # half a minute up


def test_hours_and_minutes():
    assert [hours_minutes(m) for m in (0, 5, 60, 1445)] == ["0:00", "0:05", "1:00", "24:05"]


def test_a_long_command_goes_on_after_a_backslash():
    page = Page()
    words = ["drsim", "explain", "a file.yaml", "passport", "--set", "x" * 50, "--set", "y" * 50]
    write_command(page, " Closer: ", words, "(why)")
    text = str(page)
    assert max(map(len, text.splitlines())) <= 100
    joined = text.replace("\\\n", " ").replace(" Closer: ", "")
    assert " ".join(joined.split("   (")[0].split()) == " ".join(words)


def test_what_came_by_standard_input_is_not_there_again():
    assert Command("-").line("plan") == ["drsim", "plan", "SCENARIO"]
    assert str(summary(result(), command=Command("-"))).splitlines()[0].endswith(" standard input")


def test_a_command_says_how_the_reader_asked():
    command = Command("my file.yaml", 500, 7, ("teams.apps.people=4", "title=a b"))
    assert command.line("explain", "x", drills=True) == [
        *["drsim", "explain", "'my file.yaml'", "x", "-n", "500", "--seed", "7"],
        *["--set", "teams.apps.people=4", "--set", "'title=a b'"],
    ]
    assert Command("f").line("plan") == ["drsim", "plan", "f"]
    assert Command("f" * 200).line("plan") == ["drsim", "plan", "SCENARIO"]


def test_a_time_beyond_the_horizon_is_said_to_be_so():
    found = result(mbco="100 %")
    assert found.outcome("moving-house").recovery[0.5].value > 14 * 24 * HOUR
    assert re.search(r"moving-house .* >14 d +>14 d ", shown(found))


MEANWHILE = """\
drsim: scenario 1
title: forms and a neighbour
moment: 2015-05-12 10:00
disruptions: {crack: {component: app, lasts: 5 h}}
horizon: 1 d
landscape:
  drsim: landscape 1
  sites: {hall: {}, shop: {}}
  components: {app: {at: {hall: active}, restart: {automatic: true, takes: 0 s}}}
  services:
    passport:
      demand: 48/day
      manual: {after: 1 h, level: 50 %}
      due: {run: {on: "Tue 14:00", takes: 2 h, begins: 4 h}}
      points: {desk: {at: hall, needs: [app], fallback: {to: kiosk, share: 25 %}}, kiosk: {at: shop}}
"""


def test_what_is_served_meanwhile_is_on_the_page_and_in_the_tables():
    # One an hour at each point. The desk is down for five hours: in four of them half is served by hand. A quarter of
    # the demand goes to the kiosk all five hours. Lost: 0.75 + 4 * 0.25 = 1.75; gone on: 5 * 0.25 = 1.25.
    found = drsim.run(loads(MEANWHILE), replications=4, workers=1)
    text = shown(found)
    assert " SERVED BY HAND " in text
    assert "  passport 4\n" in text
    assert "CITIZENS TURNED AWAY  1.75 of 48 contacts" in text
    assert "served at another counter: passport 1.25" in text
    row = found.services.loc["passport"]
    for name, mean in (("by_hand{}_h", 4), ("contacts_elsewhere{}", 1.25), ("contacts_lost{}", 1.75)):
        assert [row[name.format(end)] for end in ("", "_low", "_high")] == pytest.approx([mean] * 3)
    assert set(found.drills["by_hand_h"]) == {4}
    what = found.to_dict()["services"]["passport"]
    assert (what["by_hand_ms"]["value"], round(what["contacts_elsewhere"]["value"], 9)) == (4 * HOUR, 1.25)
    assert "run of passport:  missed in " in text  # at 87.5 % by hand it is below its minimum
    assert (found.due.loc[("passport", "run"), ["moments", "missed", "by_hand"]] == [1, 1, 0]).all()
    due = found.to_dict()["due"][0]
    assert (due["service"], due["due"], due["moments"]) == ("passport", "run", {"value": 1, "low": 1, "high": 1})
    kept = drsim.run(loads(MEANWHILE.replace("begins: 4 h", "begins: 7 h")), replications=4, workers=1)
    assert kept.due["missed"].tolist() == [0]
    assert "run of passport:  missed in <61 %" in shown(kept)  # in none of four, which is not never
    told = found.replay(0).to_dict()
    assert told["due"] == [{"service": "passport", "due": "run", "time": 4 * HOUR, "outcome": "missed"}]
    assert told["interruptions"]["passport"][0]["by_hand"] == {"begin": HOUR, "end": 5 * HOUR}
    assert told["met"]["passport"] == [(0, 625_000), (HOUR, 875_000), (5 * HOUR, 1_000_000)]


def test_how_long_a_second_failure_would_find_no_standby_has_its_interval() -> None:
    case = loads("""\
drsim: scenario 1
title: a standby that is away for a while
moment: 2026-03-03 09:30
landscape:
  sites: {a: {}, b: {}}
  links: {l: {between: [a, b], bandwidth: 1 Gbit/s}}
  components: {x: {at: {a: active, b: warm}, start: {takes: 30 min}}}
  services: {s: {points: {p: {at: a, needs: [x]}}}}
disruptions: {dark: {site: b, lasts: 1 h (0.5 to 30)}}
""")
    found = drsim.run(case, replications=100, workers=1)
    time = found.outcome("s").unprotected
    assert time.low < time.value < time.high
    (text,) = format_times([(time.value, time.low, time.high)], horizon_ms=found.plan.horizon)
    assert text.low != text.high
    assert f"UNPROTECTED  {text.text} ({text.low} to {text.high}) (P95) in which" in shown(found)


def test_what_differs_with_the_moment_has_an_interval_and_what_is_dated_is_exact() -> None:
    text = """\
drsim: scenario 1
title: an office
moment: MOMENT
horizon: 1 d
landscape:
  sites: {a: {}, b: {}}
  links: {l: {between: [a, b], bandwidth: 1 Gbit/s}}
  components: {x: {at: {a: active, b: warm}, start: {takes: 30 min}}}
  services:
    s:
      open: "Mon-Fri 9:00-17:00"
      demand: 80/day
      due: {pay: {on: "Tue 12:00", takes: 1 h, begins: 1 d}}
      needs: [x]
      points: {p: {at: b}}
disruptions: {dark: {site: a}}
"""
    dated = drsim.run(loads(text.replace("MOMENT", "2026-03-03 09:00")), replications=1, workers=1)
    contacts = dated.outcome("s").contacts
    assert contacts.low == contacts.value == contacts.high == pytest.approx(80)
    assert " of 80 contacts in opening hours" in shown(dated)
    drawn = drsim.run(loads(text.replace("MOMENT", "any moment of the week")), replications=200, workers=1)
    contacts = drawn.outcome("s").contacts
    assert contacts.low < 80 * 5 / 7 < contacts.high  # five days of a week are open
    assert re.search(r" of \d+ ±\d+ contacts in opening hours", shown(drawn))
    row = drawn.due.loc[("s", "pay")]
    assert row.moments_low < 1 / 7 < row.moments_high
    assert drawn.to_dict()["contacts"] == {"value": contacts.value, "low": contacts.low, "high": contacts.high}
