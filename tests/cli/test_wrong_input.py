"""Files as they should not be, and as they rarely are: a clear error with exit code 2 or a sensible result."""

from __future__ import annotations

import re

import pytest

HEAD = "drsim: scenario 1\ntitle: x\nmoment: 2015-05-12 10:00\n"
LOST = "disruptions: {fire: {site: a, lasts: 2 h}}\n"
FEW = ("-n", "20", "--workers", "1", "--quiet")


def scenario(landscape: str, more: str = LOST) -> str:
    return f"{HEAD}{more}landscape: {{sites: {{a: {{}}}}, {landscape}}}\n"


ALONE = "components: {c: {at: {a: active}}}"
SERVED = f"{ALONE}, services: {{s: {{needs: [c], points: {{p: {{at: a}}}}}}}}"


def with_team(team: str, takes: str = "1 h") -> str:
    """One component that a team restarts."""
    component = f"components: {{c: {{at: {{a: active}}, restart: {{takes: {takes}, by: t}}}}}}"
    return scenario(f"teams: {{t: {team}}}, {component}, services: {{s: {{needs: [c], points: {{p: {{at: a}}}}}}}}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(scenario(SERVED, ""), r"keep.* running|KEEP RUNNING 1", id="no disruption"),
        pytest.param(scenario(ALONE), r"There are no services to look at", id="one component, no service"),
        pytest.param(scenario(SERVED), r"Nothing is promised\. The only service has no target", id="no targets"),
        pytest.param(with_team("{works: never}"), r"s +– +>14 d +>14 d", id="nobody ever on shift"),
        pytest.param(with_team("{works: never}", "1 wh"), r"s +– +>14 d +>14 d", id="no working hour ever"),
        pytest.param(
            scenario(SERVED, "disruptions: {fire: {site: a, after: 100 to 200 d}}\n"),
            "KEEP RUNNING 1",
            id="a disruption that is drawn beyond the horizon",
        ),
        pytest.param(
            scenario(f"{ALONE}, services: {{s: {{points: {{p: {{at: a}}}}}}}}"), r"s +– ", id="a service without needs"
        ),
        pytest.param(
            scenario(SERVED.replace("needs", "open: never, demand: 38/day, needs")), r"s +– ", id="never open"
        ),
        pytest.param(
            scenario(SERVED).replace("title: x", "title: 4:00\nquestion: NO\nwhy: 012"), r"^4:00$", id="text stays text"
        ),
    ],
)
@pytest.mark.parametrize("command", ["run", "plan", "replay"])
def test_small_scenarios_have_a_result(typed, tmp_path, text, shown, command):
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    more = {"run": FEW, "plan": (), "replay": ("--drill", "0")}[command]
    ran = typed(command, tmp_path / "s.yaml", *more)
    assert ran.exit_code == 0, ran.stderr
    assert ran.stderr == ""
    assert command != "run" or re.search(shown, ran.stdout, re.MULTILINE), ran.stdout


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("", [": the file is empty"], id="empty"),
        pytest.param("# one\n# two\n", [": the file is empty"], id="only comments"),
        pytest.param("- a\n", ["1:1: a scenario is a mapping, and this is a list"], id="a list"),
        pytest.param("title: x\n" + HEAD[18:], ["1:1: the file does not say what it is"], id="no first key"),
        pytest.param("drsim: landscape 1\n", ["1:8: this is a landscape where a scenario is due"], id="a landscape"),
        pytest.param("drsim: scenario 2\n", ["1:8: this is version '2' of the notation"], id="of another version"),
        pytest.param(f"{HEAD}why: {{x: y", ["5:1: this is not YAML"], id="an open bracket"),
        pytest.param(f"{HEAD}why: a\0b", ["4:7: this is not YAML: the character U+0000"], id="a null character"),
        pytest.param(f"{HEAD}why: é\U0001f525\7", ["4:8: this is not YAML: the character U+0007"], id="a bell"),
        pytest.param(f"{HEAD}landscape: {{}}", ["4:12: the landscape has no components"], id="an empty landscape"),
        pytest.param(
            f"{HEAD}landscape: {{sites: {{a: {{}}}}}}", ["4:12: the landscape has no components"], id="only a site"
        ),
        pytest.param(f"{HEAD}landscape: ''", ["4:12: '' is not a landscape"], id="a landscape without a name"),
        pytest.param(f'{HEAD}landscape: "a\\0"', ["4:12: '"], id="no name of a landscape"),
        pytest.param(with_team("{people: 0}"), ["5:49: '0' is nothing: it must be above zero"], id="nobody"),
        pytest.param(with_team("{works: ''}"), ["5:48: '' has the day ''"], id="a calendar without hours"),
        pytest.param(with_team("{works: Mon 9:00-9:00}"), ["5:48: 'Mon 9:00-9:00' has the hours"], id="no hour"),
        pytest.param(
            scenario(f"{ALONE}, services: {{s: {{points: {{}}}}}}"),
            ["5:88: a service needs at least one point"],
            id="no points",
        ),
        pytest.param(
            scenario(SERVED, "disruptions: {fire: {site: a, after: 14 d}}\n"),
            ["4:38: it begins after '14 d', when the drill is over: the horizon is '14 d'"],
            id="a disruption at the horizon",
        ),
        pytest.param(
            scenario(SERVED.replace("needs", "targets: {rto: 15 d, mtpd: 3 wk}, needs")),
            ["5:95: the rto of '15 d' lies beyond the horizon", "5:107: the mtpd of '3 wk' lies beyond the horizon"],
            id="targets beyond the horizon",
        ),
        pytest.param(
            scenario(SERVED).replace("a: {}", "a: {}, a: {}") + "title: y\n",
            ["5:28: 'a' is given twice", "6:1: 'title' is given twice"],
            id="duplicate keys",
        ),
        pytest.param(
            scenario(SERVED, "disruptions:\nquestion: null\nwhy: ~\n"),
            ["4:13: there is no value here", "5:11: 'null' is nothing", "6:6: '~' is nothing"],
            id="nulls",
        ),
        pytest.param(
            scenario(SERVED, "horizon: 14 days\nresponse: {wait: 1 hour, detect: 5 to 9 minutes}\n"),
            [
                "4:10: '14 days' has the unit 'days' where a duration is due",
                "5:18: '1 hour' has the unit 'hour' where a duration is due",
                "5:34: '9 minutes' has the unit 'minutes' where a duration is due",
            ],
            id="units in words",
        ),
        pytest.param(
            scenario(SERVED, "horizon: 012\n").replace("{at: {a: active}}", "{at: {a: active}, restart: {takes: NO}}"),
            ["4:10: '012' is not a duration", "5:80: 'NO' is not a law"],
            id="words that YAML 1.1 bends",
        ),
        pytest.param(
            scenario(SERVED, "horizon: 14\nresponse: {wait: 1, detect: 5.5}\n"),
            ["4:10: '14' has no unit", "5:18: '1' has no unit", "5:29: '5.5' has no unit"],
            id="bare numbers",
        ),
        pytest.param(
            scenario(SERVED.replace("[c]", "[cc]"), "disruptions: {f: {site: aa}, g: {sit: a}}\n"),
            ["4:25: no site is named 'aa'", "4:34: 'sit' is not a key here", "5:88: no component is named 'cc'"],
            id="unknown names",
        ),
    ],
)
def test_each_problem_has_its_place_and_a_next_move(typed, tmp_path, text, problems):
    file = tmp_path / "s.yaml"
    file.write_text(text, encoding="utf-8")
    refused = typed("run", file)
    assert refused.exit_code == 2, refused.output
    assert refused.stdout == ""
    found = re.findall(rf"^{re.escape(str(file))}:?(\S*).*\n  (.*)\n  (.+)$", refused.stderr, re.MULTILINE)
    assert [f"{place}: {rule}"[: len(start)] for (place, rule, _), start in zip(found, problems, strict=False)] == (
        problems
    ), refused.stderr
    assert 3 * len(found) == len(refused.stderr.splitlines())


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("teams.x.people=3", "teams.x.people\n  there is no 'teams.x'\n  expected: t"),
        ("teams.t.peple=3", "'peple' is not a key here\n  expected one of: title, people"),
        ("teams.t.people=", "'' is not a count"),
        ("teams.t.people=null", "'null' is not a count"),
        ("teams..people=3", "'teams..people' is not a path: a name is missing"),
        ("tems.t.people=3", "no path begins with 'tems'\n  expected one of: title"),
        ("teams.t.works.x=1", "which has no 'x'"),
        ("horizon=3", "'3' has no unit"),
        ("disruptions.fire={site: [}", "disruptions.fire\n  this is not YAML"),
        ("disruptions.fire.site=b", "no site is named 'b'\n  expected: a"),
        ("components.c.restart.works=0 %", "components.c.restart.works\n  '0 %' can never succeed"),
        ("components={}", "the landscape has no components"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(typed, tmp_path, setting, text):
    (tmp_path / "s.yaml").write_text(with_team("{works: always}"), encoding="utf-8")
    refused = typed("run", tmp_path / "s.yaml", "--set", setting)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert text in refused.stderr


def test_all_problems_of_a_broken_directory_come_at_once(typed, tmp_path):
    land = tmp_path / "land"
    land.mkdir()
    (land / "a.yaml").write_text("drsim: landscape 1\nsites: {a: {}}\nsits: 1\n")
    (land / "b.yaml").write_text("drsim: landscape 1\nteams: {t: {people\n")
    (land / "c.yaml").write_bytes(b"drsim: landscape 1\ntitle: \xff\n")
    (land / "d.yaml").write_text("drsim: landscape 1\ncomponents: {c: {at: {x: active}, nedes: []}}\n")
    (land / "e.yaml").write_text("")
    (tmp_path / "s.yaml").write_text(f"{HEAD}landscape: land\nhorizon: 3\n")
    refused = typed("run", tmp_path / "s.yaml")
    assert (refused.exit_code, refused.stdout) == (2, "")
    lines = refused.stderr.replace(f"{tmp_path}/", "").splitlines()
    assert [f"{where} {rule.strip()}" for where, rule in zip(lines[::3], lines[1::3], strict=True)] == [
        "land/a.yaml:3:1  sits 'sits' is not a section of a landscape",
        "land/b.yaml:3:1 this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'",
        "land/c.yaml 'land/c.yaml' is not UTF-8 text: byte 26 is wrong",
        "land/d.yaml:2:35  components.c.nedes 'nedes' is not a key here",
        "land/e.yaml the file is empty",
        "s.yaml:5:10  horizon '3' has no unit",
    ]


@pytest.mark.parametrize("command", ["run", "validate"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("none.yaml", "there is no file 'none.yaml'\n  expected: latin.yaml"),
        ("latin.yaml", "'latin.yaml' is not UTF-8 text: byte 25 is wrong"),
        ("latin.yaml/x", "'latin.yaml/x' cannot be read: Not a directory"),
        ("", "'' names no file"),
        ("x" * 300, "cannot be read: File name too long"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(typed, tmp_path, monkeypatch, command, name, text):
    (tmp_path / "latin.yaml").write_bytes(b"drsim: scenario 1\ntitle: \xe9\n")
    monkeypatch.chdir(tmp_path)
    refused = typed(command, name)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert text in refused.stderr


def test_a_directory_is_no_scenario(typed, tmp_path):
    refused = typed("run", tmp_path)
    assert refused.exit_code == 2
    assert f"'{tmp_path}' is a directory where a scenario is due" in refused.stderr
    assert f"give a scenario file that says 'landscape: {tmp_path}'" in refused.stderr


def test_standard_input_that_is_empty_is_refused(typed):
    refused = typed("run", "-", stdin="")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("<stdin>\n  the file is empty")


def test_standard_input_that_is_closed_is_refused(start):
    process = start("run", "-", stdin=None, preexec_fn=lambda: __import__("os").close(0))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, b"")
    assert err.startswith(b"standard input is closed")
