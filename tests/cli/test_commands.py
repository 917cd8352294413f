"""Each command does what it says, and refuses what it cannot do, in words."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import pytest

import drsim
from drsim.cli import cli
from drsim.reading import load, load_landscape, loads

FEW = ("-n", "40", "--workers", "1", "--quiet")


def test_help_names_every_command(typed):
    shown = typed("--help")
    assert shown.exit_code == 0
    assert all(re.search(rf"^  {name} +[A-Z].*[a-z]\.$", shown.output, re.MULTILINE) for name in cli.commands)
    assert typed().output == shown.output


@pytest.mark.parametrize("name", cli.commands)
def test_each_command_explains_itself(typed, name):
    shown = typed(name, "--help")
    assert shown.exit_code == 0
    assert f"Usage: cli {name}" in shown.output


def test_version(typed):
    assert typed("--version").output == f"drsim, version {drsim.__version__}\n"


# run


def test_run_answers_first(typed, small):
    ran = typed("run", small, *FEW)
    assert ran.exit_code == 0, ran.stderr
    lines = [line for line in ran.stdout.splitlines() if line.strip() != small]  # a long path has a line of its own
    assert lines[0].startswith("The town hall of Sint-Michielsgestel is lost")
    assert any(line.startswith("Does moving house simply go on when the town hall is lost") for line in lines[:4])
    assert lines[2].startswith(
        "Tue 12 May 2015 10:00 · 14 d ahead · 40 drills · seed 1 · a lost site is sat out for 1 h"
    )
    assert re.match(r"  Every target met\? (Yes|No|Too close to call)\. The only service ", lines[5])
    assert ran.stderr == ""


def test_run_says_what_is_behind_it_and_what_to_type_next(typed, small):
    shown = typed("run", small, *FEW).stdout
    result = drsim.run(load(small), replications=40, seed=1)
    (drill,) = result.around("moving-house", 0.95, count=1)
    assert "WHAT HELD THEM UP" in shown
    assert "CITIZENS TURNED AWAY" in shown
    assert re.search(r"ASSUMED  \d+ of the \d+ numbers", shown)
    assert f"drsim explain {small} moving-house -n 40\n" in shown.replace(" \\\n           ", " ")
    assert f"drsim replay {small} --drill {drill} --service moving-house" in shown.replace(" \\\n           ", " ")


def test_what_to_type_next_can_be_typed(typed, small):
    shown = typed("run", small, *FEW, "--set", "teams.admins.people=1", "--seed", "5").stdout
    commands = re.findall(r"drsim (.*)", shown.replace("\\\n", " "))
    assert len(commands) == 4
    for command in commands:
        assert "--seed 5" in command or command.startswith("show ")
        assert "--set teams.admins.people=1" in command
        ran = typed(*command.split("   (")[0].split())
        assert ran.exit_code == 0, ran.stderr


def test_run_does_not_depend_on_workers(typed, small):
    def shown(*more: str) -> str:
        return typed("run", small, "-n", "200", "--intervals", *more).stdout

    assert shown("--workers", "1") == shown("--workers", "2") == shown("--workers", "1", "--quiet")


def test_how_long_it_took_is_on_standard_error(typed, small):
    ran = typed("run", small, "-n", "40", "--workers", "1")
    assert re.search(r"^40 drills in \d+\.\d s$", ran.stderr, re.MULTILINE)
    assert not re.search(r"\d\.\d s\b", ran.stdout)


def test_nothing_says_that_a_sample_is_certain(typed, small):
    shown = typed("run", small, *FEW).stdout
    table = shown[shown.index("RTO") : shown.index("WHAT HELD")]
    assert "100 %" not in table
    assert not re.search(r"(?<![<\d.])0 %", table)


def test_run_as_json_is_the_result(typed, small, tmp_path):
    ran = typed("run", small, *FEW, "--json", "--out", tmp_path / "result.json")
    assert json.loads(ran.stdout) == drsim.run(load(small), replications=40, seed=1).to_dict()
    recorded = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert recorded.pop("record")["command"].startswith("drsim run ")
    assert recorded == json.loads(ran.stdout)
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_run_writes_no_json_under_the_name_of_a_page(typed, small, tmp_path):
    ran = typed("run", small, "-n", "2", "--out", tmp_path / "found.html")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "a result is written as JSON\n  end it in .json" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_run_out_replaces_the_file_and_still_shows_the_answer(typed, small, tmp_path):
    target = tmp_path / "result.json"
    target.write_text("old")
    ran = typed("run", small, *FEW, "--out", target)
    assert json.loads(target.read_text(encoding="utf-8"))["replications"] == 40
    assert "Every target met?" in ran.stdout


@pytest.mark.parametrize(("out", "text"), [("", "that is a directory"), ("no/where.json", "there is no directory")])
def test_run_refuses_to_write_where_it_cannot_before_it_runs(typed, tmp_path, out, text):
    ran = typed("run", "no-such-scenario", "--out", tmp_path / out)
    assert ran.exit_code == 2
    assert text in ran.stderr
    assert "no-such-scenario" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_is_named(typed, start, small):
    ran = typed("run", small, *FEW, "--out", "/dev/full")
    assert ran.exit_code == 1
    assert "--out: '/dev/full' cannot be written: No space left on device\n  make room, or name another" in ran.stderr
    assert Path("/dev/full").exists()
    with Path("/dev/full").open("wb") as full:
        process = start("plan", small, stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.decode().splitlines()[0] == "standard output cannot be written: No space left on device"


@pytest.mark.parametrize(
    ("said", "columns"), [("80", 80), ("85", 85), ("200", 100), ("20", 80), ("0", 100), ("x", 100)]
)
def test_a_page_is_as_wide_as_the_terminal(typed, small, monkeypatch, said, columns):
    monkeypatch.setenv("COLUMNS", said)
    for words in (("run", small, *FEW), ("plan", small), ("replay", small, "--drill", "1")):
        lines = typed(*words).stdout.replace(small, "").splitlines()
        assert columns - 12 < max(map(len, lines)) <= columns, words


def test_a_horizon_before_most_targets_is_one_problem(typed):
    refused = typed("run", "scenarios/oracle-failure.yaml", "--set", "horizon=10 min")
    lines = refused.stderr.splitlines()
    assert (refused.exit_code, len(lines)) == (2, 3)
    assert re.fullmatch(r"  \d+ targets lie beyond the horizon of '10 min'", lines[1])
    assert "services.passport.targets.rto" in lines[2]


def test_intervals_are_shown_when_asked(typed, small):
    assert "INTERVALS" not in typed("run", small, *FEW).stdout
    shown = typed("run", small, *FEW, "--intervals").stdout
    assert re.search(r"INTERVALS.*\n.*back in half.*\n  moving-house ", shown)


def test_bars_are_digits_where_signs_are_plain(typed, small):
    shown = typed("run", small, *FEW, "--ascii").stdout
    assert shown.isascii()
    assert re.search(r"moving-house .* 0[ 0-9]+$", shown, re.MULTILINE)
    assert re.search(r"moving-house .* ·[ ▁▂▃▄▅▆▇█·]+$", typed("run", small, *FEW).stdout, re.MULTILINE)


def test_set_changes_the_scenario(typed, small):
    shown = typed("run", small, *FEW, "--set", "title=Another name", "--set", "horizon=3 d").stdout
    assert shown.split("\n")[0].split("  ")[0] == "Another name"
    assert "3 d ahead" in shown


def test_a_scenario_may_come_by_standard_input(typed, small):
    text = typed("show", small).stdout
    ran = typed("run", "-", *FEW, stdin=text)
    assert ran.exit_code == 0, ran.stderr
    assert "The only service" in ran.stdout


def test_standard_input_that_is_not_text_is_refused(typed):
    ran = typed("run", "-", stdin=b"drsim: scenario 1\ntitle: \xff\n")
    assert ran.exit_code == 2
    assert "standard input is not UTF-8 text: byte 25 is wrong" in ran.stderr


# what is refused


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("run", "SMALL", "-n", "0"), "--replications 0: expected a number of drills from 1 to"),
        (("run", "SMALL", "-n", "many"), "--replications many: that is no whole number"),
        (("run", "SMALL", "--workers", "0"), "--workers 0: expected a number of processes from 1"),
        (("run", "SMALL", "--seed", "-1"), "--seed -1: expected a whole number from 0"),
        (("run", "SMALL", "--set", "teams.admins.people"), "--set teams.admins.people: there is no '='"),
        (("run", "SMALL", "--set", "horizon=1 d", "--set", "horizon=2 d"), "--set horizon is given twice"),
        (("run", "SMALL", "--set", "teams.admin.people=3"), "did you mean 'admins'?"),
        (("replay", "SMALL", "--drill", "-1"), "--drill -1: expected the number of a drill, from 0"),
        (("replay", "SMALL", "--drill", "0", "--service", "moving-hous"), "did you mean 'moving-house'?"),
        (("explain", "SMALL", "moving-hous"), "no service is named 'moving-hous'"),
        (("explain", "SMALL", "moving-house", "--around", "0.5,2"), "--around 2: expected numbers between 0 and 1"),
        (("explain", "SMALL", "moving-house", "--around", "half"), "--around half: that is no number"),
        (("explain", "SMALL", "moving-house", "--around", ".1,.2,.3,.4"), "4 columns do not fit"),
        (("rum", "SMALL"), "there is no command 'rum'"),
        (("run",), "drsim run: Missing argument 'SCENARIO'."),
        (("run", "SMALL", "--sed", "1"), "drsim run: No such option"),
        (("run", "no-such-file.yaml"), "there is no file 'no-such-file.yaml'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(typed, small, words, text):
    ran = typed(*(small if word == "SMALL" else word for word in words))
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert text in ran.stderr.replace("cli run", "drsim run")
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.splitlines()) <= 3


# validate and show


def test_validate_counts_what_is_there(typed, small, landscape):
    ran = typed("validate", small, landscape)
    assert ran.exit_code == 0
    first, second = ran.stdout.splitlines()
    assert first == f"ok  {small}  scenario: 1 disruption, 1 service, 5 components, 2 sites, 3 teams"
    assert second == f"ok  {landscape}  landscape: 1 service, 5 components, 2 sites, 3 teams"


def test_validate_takes_a_directory(typed, landscape, tmp_path):
    (tmp_path / "whole.yaml").write_text(Path(landscape).read_text(encoding="utf-8"), encoding="utf-8")
    assert f"ok  {tmp_path}  landscape: 1 service" in typed("validate", tmp_path).stdout


def test_validate_checks_each_file_of_a_directory_with_scenarios(typed, small, landscape, tmp_path):
    (tmp_path / "a.yaml").write_text(Path(small).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text(Path(landscape).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "c.yaml").write_text("drsim: scenario 1\ntitel: x\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("drsim: scenario 1\n", encoding="utf-8")
    ran = typed("validate", tmp_path)
    assert ran.exit_code == 2
    kinds = [line.split(":")[0] for line in ran.stdout.splitlines()]
    assert kinds == [f"ok  {tmp_path}/a.yaml  scenario", f"ok  {tmp_path}/b.yaml  landscape"]
    assert f"{tmp_path}/c.yaml:2:1" in ran.stderr
    assert "where a landscape is due" not in ran.stderr


def test_validate_shows_the_problems_of_all_files_at_once(typed, small, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("drsim: landscape 1\nsites: {here: {pools: {seats: -1}}, there: {kin: cloud}}\n", encoding="utf-8")
    ran = typed("validate", wrong, small, tmp_path / "none.yaml", wrong)
    assert ran.exit_code == 2
    assert ran.stdout.splitlines() == [
        f"ok  {small}  scenario: 1 disruption, 1 service, 5 components, 2 sites, 3 teams"
    ]
    assert ran.stderr.count(f"{wrong}:2:") == 2
    assert "none.yaml" in ran.stderr


def test_show_gives_the_scenario_in_full(typed, small):
    shown = typed("show", small).stdout
    assert loads(shown) == load(small)
    assert typed("show", "-", stdin=shown).stdout == shown


def test_show_gives_a_landscape(typed, landscape, tmp_path):
    shown = typed("show", landscape, "--set", "teams.admins.people=7").stdout
    (tmp_path / "shown.yaml").write_text(shown, encoding="utf-8")
    assert load_landscape(tmp_path / "shown.yaml").teams["admins"].people.number == 7
    assert typed("show", "-", stdin=shown).stdout == shown


def test_show_lists_every_number_with_where_it_is_from(typed, small, landscape):
    lines = typed("show", small, "--assumptions").stdout.splitlines()
    numbers = lines[: lines.index("")]
    assert any(re.fullmatch(r"  services.moving-house.targets.rto +48 h +@rvig", line) for line in numbers)
    assert any(re.fullmatch(r"  teams.admins.people +3 +assumption", line) for line in numbers)
    assumed = sum(line.endswith("assumption") for line in numbers)
    assert f" ASSUMED  {assumed} of {len(numbers)} numbers are assumptions" in lines
    assert "  1 from @rvig: RvIG information sheet on calamity plans 2021" in lines
    only = typed("show", landscape, "--assumptions").stdout
    assert "horizon" not in only
    assert "teams.admins.people" in only


# plan


def test_plan_says_what_will_happen(typed, small):
    shown = typed("plan", small).stdout
    assert "town-hall:  site sint-michielsgestel is lost at once, for the whole drill" in shown
    assert re.search(r"WHAT IS LOST  4 of 5 components, 1 of 1 services below their minimum", shown)
    assert re.search(r"nowhere any more:  directory · desktops · oracle · burgerzaken", shown)
    assert re.search(r"elsewhere still:  hypervisor", shown)
    assert re.search(r"declare +after decide, not before the loss is 1 h old", shown)
    assert re.search(r"\d start oracle @ sint-oedenrode +35 min \(15 to 120\) +infra +48 h|2 d", shown)
    assert re.search(r"infra +3 people · daily 8:00-23:00 · based at sint-michielsgestel", shown)
    assert "travels to sint-oedenrode, 25 min (15 to 50)" in shown


def test_plan_names_what_never_fits(typed, small):
    shown = typed("plan", small, "--set", "sites.sint-oedenrode.pools.hosts=0").stdout
    assert "NEVER FITS 3" in shown
    assert "oracle never fits at sint-oedenrode: it uses 1 of hosts, there are 0" in shown


@pytest.mark.parametrize("hit", ["link: ring", "team: admins"])
def test_plan_of_what_opens_no_incident(typed, small, hit):
    shown = typed("plan", small, "--set", f"disruptions={{x: {{{hit}, lasts: 2 h}}}}").stdout
    assert " NO INCIDENT  only the loss of a site or a component opens one, so nobody is called" in shown
    assert "assess" not in shown
    assert "PEOPLE" not in shown


def test_plan_keeps_working_hours_apart_from_others(typed, small):
    shown = typed("plan", small, "--set", "services.moving-house.targets.rto=16 wh").stdout
    steps = shown[shown.index("STEPS THAT") : shown.index(" PEOPLE ")]
    assert re.search(r"start oracle .* 16 wh$", steps, re.MULTILINE)
    assert not re.search(r" 16 h$", steps, re.MULTILINE)


def test_plan_says_who_is_called_without_a_step(typed, small):
    only = "disruptions={x: {component: directory, sites: [sint-michielsgestel], lasts: 2 h}}"
    replay = json.loads(typed("replay", small, "--drill", "0", "--set", only, "--json").stdout)
    called = {step["object"] for step in replay["steps"] if step["kind"] == "mobilise"}
    people = typed("plan", small, "--set", only).stdout.partition(" PEOPLE ")[2]
    assert called
    assert all(re.search(rf"\b{team}\b", people) for team in called)


def test_plan_says_when_a_disruption_does_not_begin(typed, small):
    shown = " ".join(typed("plan", small, "--set", "disruptions.town-hall.after=13 to 400 d").stdout.split())
    assert "WHAT IS LOST This is read off drill 0 of seed 1, in which town-hall does not begin within the 14 d" in shown


def test_plan_of_nothing(typed, small):
    shown = typed("plan", small, "--set", "disruptions={}")
    assert shown.exit_code == 0, shown.stderr
    assert "Nothing: this scenario has no disruptions." in shown.stdout


def test_plan_as_json(typed, small):
    plan = json.loads(typed("plan", small, "--json").stdout)
    assert plan["losses"][0]["disruptions"] == ["town-hall"]
    assert plan["losses"][0]["services"] == ["moving-house"]
    assert [step["place"] for step in plan["steps"]] == list(range(1, len(plan["steps"]) + 1))
    assert plan["strategies"]["directory"] == ["hot"]


# replay and explain


def minutes(text: str) -> int:
    hours, rest = text.split(":")
    return 60 * int(hours) + int(rest)


def test_replay_tells_a_drill_from_end_to_end(typed, small):
    shown = typed("replay", small, "--drill", "3").stdout
    replay = drsim.run(load(small), replications=4, seed=1).replay(3)
    assert re.match(
        r"Drill 3 of seed 1: 1 of 1 services goes below its minimum, it is back on \w{3} \d\d:\d\d\n", shown
    )
    assert shown.count("The town hall of Sint-Michielsgestel is lost") == 1
    assert "  Tue 10:00 " in shown
    assert "below its minimum: moving-house" in shown
    started = [row for row in replay.trajectory.rows if row.start >= 0]
    lines = [line for line in shown.splitlines() if re.search(r"\d\d:\d\d +\d+:\d\d  [a-z]+ ", line)]
    assert len(lines) == len(started)
    assert re.search(r"moving-house is back after \d+:\d\d", shown)


def test_replay_says_what_a_step_waited_for(typed, small):
    late = typed("replay", small, "--drill", "3", "--set", "moment=2015-05-12 16:00").stdout
    shown = " ".join(late.split())
    waits = re.findall(r"waited (\d+:\d\d): ([a-z ]+)", shown)
    assert waits
    assert all(minutes(time) > 0 for time, _ in waits)
    assert any(why.startswith("nobody on duty") for _, why in waits)


@pytest.mark.parametrize("drill", range(6))
def test_the_parts_of_an_interruption_add_up(typed, small, drill):
    shown = typed("replay", small, "--drill", drill, "--service", "moving-house").stdout
    story, totals = shown.split(" IN ALL ")
    lines = [re.match(r"  (?:\w{3}(?: \d+)?)? *(\d\d:\d\d) +(\d+:\d\d)  (.*)", line) for line in story.splitlines()]
    parts = [(minutes(found[1]), minutes(found[2]), found[3]) for found in lines if found]
    assert sum(length for _, length, _ in parts[:-1]) == parts[-1][1]
    assert parts[-1][2] == "moving-house is back"
    for (begin, length, _), (end, _, _) in itertools.pairwise(parts):
        assert (begin + length) % 1440 == end
    sums = [minutes(time) for time in re.findall(r"^  [a-z ]+ +(\d+:\d\d)$", totals, re.MULTILINE)]
    assert sum(sums[:-1]) == sums[-1] == parts[-1][1]


def test_replay_as_json(typed, small):
    data = json.loads(typed("replay", small, "--drill", "3", "--json").stdout)
    assert data["drill"] == 3
    assert data["steps"]


def test_replay_of_a_drill_is_that_of_a_run(typed, small):
    shown = typed("replay", small, "--drill", "17", "--service", "moving-house", "--seed", "9").stdout
    replay = drsim.run(load(small), replications=18, seed=9).replay(17)
    assert shown == replay.timeline("moving-house")


def test_explain_puts_usual_and_bad_days_side_by_side(typed, small):
    shown = typed("explain", small, "moving-house", "-n", "80", "--workers", "1", "--quiet").stdout
    assert re.search(r"around P50 +around P95", shown)
    table = shown[shown.index("around P50") : shown.index(" around P50  drills")]
    rows = re.findall(r"^  ([a-z][a-z ]+?) {2,}(\d+:\d\d|–) +(\d+:\d\d|–)$", table, re.MULTILINE)
    for column in (1, 2):
        times = [0 if row[column] == "–" else minutes(row[column]) for row in rows]
        assert rows[-1][0] == "recovery time"
        assert sum(times[:-1]) == times[-1] > 0
    assert re.search(r"drsim replay .* --drill \d+", shown.replace("\\\n", " "))


def test_the_details_of_a_cause_add_up_to_it(typed, small):
    shown = typed("explain", small, "moving-house", "-n", "80", "--workers", "1", "--quiet").stdout
    table = shown[shown.index("around P50") : shown.index("  recovery time")]
    found: list[tuple[int, list[int]]] = []
    for line in table.splitlines()[1:]:
        both = re.match(r"( +)\S.*? {2,}(\d+:\d\d|–) +(?:\d+:\d\d|–)$", line)
        assert both
        time = 0 if both[2] == "–" else minutes(both[2])
        if len(both[1]) == 2:
            found.append((time, []))
        else:
            found[-1][1].append(time)
    assert any(parts for _, parts in found)
    assert all(sum(parts) == whole for whole, parts in found if parts)


def test_explain_as_json(typed, small):
    data = json.loads(typed("explain", small, "moving-house", *FEW, "--json", "--around", "0.25,0.5").stdout)
    found = drsim.run(load(small), replications=40, seed=1).explain("moving-house", 0.25)
    assert [each["around"] for each in data["explanations"]] == [0.25, 0.5]
    assert (data["service"], data["replications"], data["seed"]) == ("moving-house", 40, 1)
    assert data["explanations"][0]["causes_ms"] == found.causes
    assert data["explanations"][0]["drills"] == list(found.drills)
    assert sum(found.causes.values()) == pytest.approx(data["explanations"][0]["total_ms"])


TITLED = ("--set", "services.moving-house.title=Moving into a house")


@pytest.mark.parametrize("said", ["moving-house", "MOVING-HOUSE", "Moving into a house", " moving  into A house "])
def test_a_service_goes_by_its_name_or_its_title(typed, small, said):
    wanted = typed("explain", small, "moving-house", *FEW, *TITLED).stdout
    assert typed("explain", small, said, *FEW, *TITLED).stdout == wanted
    wanted = typed("replay", small, "--drill", "1", "--service", "moving-house", *TITLED).stdout
    assert typed("replay", small, "--drill", "1", "--service", said, *TITLED).stdout == wanted


def test_a_title_that_is_nearly_right_gets_the_name(typed, small):
    refused = typed("explain", small, "Moving in a house", *TITLED)
    assert refused.exit_code == 2
    assert "did you mean 'moving-house' (Moving into a house)?" in refused.stderr


def test_a_title_of_several_services_is_refused(typed, tmp_path):
    point = "points: {p: {at: a}}"
    services = f"{{one: {{title: Desk, {point}}}, two: {{title: desk, {point}}}}}"
    land = f"{{sites: {{a: {{}}}}, components: {{c: {{at: {{a: active}}}}}}, services: {services}}}"
    text = f"drsim: scenario 1\ntitle: x\nmoment: any moment of the week\nlandscape: {land}\n"
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    refused = typed("replay", tmp_path / "s.yaml", "--drill", "0", "--service", "Desk")
    assert refused.exit_code == 2
    assert "2 services have the title 'Desk'\n  give the name of one: one, two" in refused.stderr


def test_explain_a_service_that_nothing_stops(typed, small):
    shown = typed("explain", small, "moving-house", *FEW, "--set", "disruptions={}").stdout
    assert "nothing held it up" in shown


# init


def test_init_copies_the_scenarios_and_says_what_to_type(typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = typed("init")
    assert ran.exit_code == 0
    last = ran.stdout.splitlines()[-1]
    assert last == "  drsim run scenarios/town-hall-lost.yaml"
    assert load("scenarios/town-hall-lost.yaml").title
    source = Path(drsim.__file__).parents[1] / "scenarios"
    for path in source.rglob("*.yaml"):
        assert (tmp_path / "scenarios" / path.relative_to(source)).read_bytes() == path.read_bytes()


def test_init_overwrites_nothing_and_leaves_nothing_half_written(typed, tmp_path):
    (tmp_path / "town-hall-lost.yaml").write_text("mine")
    (tmp_path / "other.yaml").write_text("mine too")
    ran = typed("init", tmp_path)
    assert ran.exit_code == 0
    assert "\nLeft alone, since there already: town-hall-lost.yaml.\n" in ran.stdout
    assert (tmp_path / "town-hall-lost.yaml").read_text() == "mine"
    assert (tmp_path / "other.yaml").read_text() == "mine too"
    assert (tmp_path / "oracle-failure.yaml").exists()
    again = typed("init", tmp_path)
    assert (again.exit_code, again.stdout) == (2, "")
    assert re.search(r"all \d+ files are in '.*' already\n  name another directory", again.stderr)


def test_init_takes_back_what_it_wrote_when_it_fails(typed, tmp_path, monkeypatch):
    moved: list[Path] = []
    rename = Path.rename

    def fails_later(self: Path, target: Path) -> Path:
        if len(moved) == 3:
            raise OSError(28, "No space left on device")
        moved.append(target)
        return rename(self, target)

    (tmp_path / "mine.yaml").write_text("mine")
    monkeypatch.setattr(Path, "rename", fails_later)
    ran = typed("init", tmp_path)
    assert ran.exit_code == 2
    assert "No space left on device" in ran.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["mine.yaml"]


def test_init_refuses_a_file(typed, tmp_path):
    (tmp_path / "file").write_text("")
    ran = typed("init", tmp_path / "file")
    assert ran.exit_code == 2
    assert "is a file where a directory is due" in ran.stderr
