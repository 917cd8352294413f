"""The report: every number is where it says it is from, whatever a scenario says is shown as it is, and nothing is fetched."""

from __future__ import annotations

import gettext
import json
import re
import xml.etree.ElementTree as ET
from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
from cli.conftest import TITLES, WILD
from pages import Element, meant, read, record_of

import drsim
from drsim.errors import DrsimError
from drsim.measures.explanation import CAUSES
from drsim.measures.pairs import Difference
from drsim.reading import loads
from drsim.reporting import summary
from drsim.reporting.again import again
from drsim.reporting.figures.drills import KINDS
from drsim.reporting.margins import spare
from drsim.reporting.numbers import format_share
from drsim.reporting.pages import drawn as drawn_module
from drsim.reporting.pages import words as words_module
from drsim.reporting.pages.details import detailed
from drsim.reporting.pages.document import (
    Cell,
    Document,
    Group,
    Row,
    Section,
    Table,
    found_at,
    plain_text,
    said,
    words_of,
)
from drsim.reporting.pages.drawn import PICTURE_WORDS
from drsim.reporting.pages.hunt import KIND_WORDS, REASON_WORDS, THING_WORDS
from drsim.reporting.pages.marked import Marked
from drsim.reporting.pages.run_causes import CAUSE_WORDS
from drsim.reporting.pages.words import Words
from drsim.reporting.report import _written, report
from drsim.reporting.summary import due_texts
from drsim.studies.breakable import KINDS as BREAKABLE
from drsim.studies.hunt import Hunt, Reason
from drsim.studies.record import rerun

ROOT = Path(__file__).parents[2]
LOST = ROOT / "tests" / "data" / "small-lost.yaml"
DRILLS = 40
FLU = "disruptions:\n  flu: {team: infra, lasts: 3 d}\n  few: {team: admins, people: 1, chance: 50 %, lasts: the whole drill}\n"
HOSTILE = "<b>bold</b> & <script>alert('1')</script></script><!-- \\\"q\\\" & $x^2$ | `t` *b* {{ 7*7 }} {n} \\U0001F525"


@pytest.fixture(scope="module")
def result() -> drsim.Result:
    scenario = drsim.load(LOST, set={"services.moving-house.targets.mbco": "10 %"})
    return drsim.run(scenario, replications=DRILLS, seed=1, workers=1)


@pytest.fixture(scope="module")
def page(result: drsim.Result) -> str:
    return report(result, command="drsim report small.yaml -o report.html", workers=1)


@pytest.fixture(scope="module")
def compared(result: drsim.Result) -> str:
    others = result.scenario.with_({"components.burgerzaken.verify.takes": "1 min", "horizon": "10 d"})
    return report(drsim.compare(result, drsim.run(others, replications=DRILLS, seed=1, workers=1)))


def wild(title: str) -> drsim.Result:
    scenario = loads(WILD.format(title=title))
    return drsim.run(scenario, replications=12, seed=3, workers=1)


@pytest.fixture(scope="module")
def hostile_result() -> drsim.Result:
    return wild(HOSTILE)


@pytest.fixture(scope="module")
def hostile(hostile_result: drsim.Result) -> str:
    return report(hostile_result, workers=1)


@pytest.fixture(scope="module")
def hunt() -> Hunt:
    scenario = ROOT / "tests" / "data" / "clean.yaml"
    only = ["database", "permits", "admins"]
    return drsim.hunt(scenario, "permit-request rto in 50 %", at_most=2, replications=8, only=only, workers=1)


@pytest.fixture(scope="module")
def hunted(hunt: Hunt) -> str:
    return report(hunt, command="drsim hunt clean.yaml")


@pytest.fixture(scope="module")
def book() -> drsim.Runbook:
    text = LOST.read_text(encoding="utf-8").replace("disruptions:\n", FLU)
    return drsim.runbook(loads(text, base=LOST.parent), replications=DRILLS, workers=1)


@pytest.fixture(scope="module")
def booked(book: drsim.Runbook) -> str:
    return report(book, command="drsim report small.yaml --runbook -o runbook.html")


@pytest.fixture(params=["page", "compared", "hostile", "hunted", "booked"])
def root(request: pytest.FixtureRequest) -> Element:
    """Each kind of page, as a tree."""
    return read(request.getfixturevalue(request.param))


# numbers


def test_every_number_says_where_it_is_from(root: Element) -> None:
    record = record_of(root)
    numbers = list(root.all("data"))
    assert len(numbers) > 20
    for number in numbers:
        path = number.attributes["data-path"]
        assert json.loads(number.attributes["value"]) == found_at(record, path), path


def test_what_is_shown_is_what_stands_there(page: str) -> None:
    record = record_of(read(page))
    looked_at = 0
    for number in read(page).all("data"):
        path, text = number.attributes["data-path"], number.text
        value = found_at(record, path)
        if path.endswith("begin_ms"):
            assert re.fullmatch(r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2} \d\d:\d\d", text)
            continue
        if isinstance(value, str):
            assert value.split(" @")[0] == text
            continue
        shown, error = meant(text)
        share = text.endswith("%") or "trials" in found_at(record, path.rpartition(".")[0] or "report")
        value = value * (3_600_000 if path.startswith("ages_h") else 100 if share else 1)
        assert shown == pytest.approx(value, abs=error), path
        looked_at += 1
    assert looked_at > 60


def test_no_number_stands_alone(root: Element) -> None:
    words_of_the_scenario = ("data", "bdi", "code", "dfn", "svg", "script", "style", "head")
    for element, text in root.texts(*words_of_the_scenario):
        if not norm(element):
            assert not re.search("[0-9]", text), text


@pytest.mark.parametrize("kind", ["page", "compared", "hunted"])
def test_the_page_can_be_run_again(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = tmp_path / "report.html"
    file.write_text(request.getfixturevalue(kind), encoding="utf-8")
    found = rerun(str(file), workers=1)
    assert not found.unequal and found.figures > 100 and not found.versions
    assert found.digest[0] == found.digest[1]
    assert "The same: all" in again(found, "report.html").render(False)


def test_a_comparison_or_hunt_that_was_changed_is_found_out(compared: str, hunted: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(compared.replace('"horizon: 10 d', '"horizon: 9 d').replace("horizon: 10 d\\n", "horizon: 9 d\\n"))
    found = rerun(str(file), workers=1)
    assert found.digest[0] != found.digest[1] and "horizon_ms" in [path for path, _, _ in found.unequal]
    file.write_text(hunted.replace('"breaks": "permit-request', '"breaks": "permits'))
    with pytest.raises(drsim.InputError, match=r"its record has no such hunt"):
        rerun(str(file), workers=1)
    file.write_text(hunted.replace('"interrupted": false', '"interrupted": true'))
    with pytest.raises(drsim.InputError, match=r"a hunt that was interrupted"):
        rerun(str(file), workers=1)


def test_a_record_that_was_changed_is_found_out(page: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    lost = record_of(read(page))["services"]["moving-house"]["points"]["counter-sint-oedenrode"]["contacts_lost"][
        "value"
    ]
    file.write_text(page.replace(f'"value": {lost}', '"value": 1'), encoding="utf-8")
    assert any("contacts_lost" in path for path, _, _ in rerun(str(file), workers=1).unequal)


def test_the_drills_that_are_shown_add_up(page: str) -> None:
    for day in record_of(read(page))["report"]["drills"].values():
        segments = day["segments"]
        assert sum(each["length_ms"] for each in segments) == day["length_ms"] > 0
        assert [each["begin_ms"] for each in segments] == sorted(each["begin_ms"] for each in segments)


def test_the_same_run_gives_the_same_page(result: drsim.Result, page: str) -> None:
    assert report(result, command="drsim report small.yaml -o report.html", workers=1) == page


# what is told


def test_what_a_reader_looks_for_is_there(page: str) -> None:
    headings = [heading.text for heading in read(page).all("h2")]
    assert headings == [
        "The answer",
        "Services and their targets",
        "By municipality and channel",
        "What held them up",
        "Data loss",
        "Citizens turned away",
        "A typical drill and a bad one",
        "Assumptions",
        "How it was run",
    ]
    text = read(page).text
    for told in (
        "Every target met? Yes. The only service comes back in time.",
        "RvIG information sheet on calamity plans 2021",
        "Tue 12 May 2015 10:00",
        "drsim report small.yaml -o report.html",
        record_of(read(page))["record"]["digest"],
    ):
        assert told in text, told


@pytest.fixture(scope="module")
def whole() -> Element:
    """Of a service that is back only when all of its places are."""
    return read(report(drsim.run(drsim.load(LOST), replications=12, seed=1, workers=1), workers=1))


def test_what_back_means_is_told(page: str, whole: Element) -> None:
    (services,) = (table for table in read(page).all("table") if "Recovery times against" in table.text)
    rows = [[cell.text for cell in row.all("th", "td")] for row in services.all("tr")]
    assert dict(zip(rows[0], rows[-1], strict=True))["RTO, minimum"] == "48 h 10 %"
    assert "Back: at its minimum (MBCO, below its RTO) again" in read(page).text
    sooner = "moving-house is back at sint-oedenrode · counter sooner than as a whole: all its places together"
    assert whole.text.count(sooner) == 2  # with its times, and with what held it up
    assert "No way back: nothing that is planned" in whole.text
    assert sooner not in read(page).text


def test_what_is_due_is_in_the_answer_with_its_date() -> None:
    due = "{payday: {title: payment, on: 2015-05-13 09:00, takes: 4 h, begins: 1 d}}"
    result = drsim.run(drsim.load(LOST, set={"services.moving-house.due": due}), replications=12, seed=1, workers=1)
    tree = read(report(result, workers=1))
    (answer,) = (each for each in tree.all("section") if each.attributes["id"] == "answer")
    ((what, text),) = due_texts(result)
    assert f"{what}, due Wed 13 May 09:00, is {text} of drills." in answer.text
    (table,) = (each for each in tree.all("table") if "a date is missed" in each.text)
    assert "Wed 13 May 09:00" in table.text


@pytest.mark.parametrize("rto", ["10 min", "48 h", None])
def test_the_answer_of_a_test_is_that_of_the_terminal(rto: str | None) -> None:
    changes = {
        "disruptions": "{}",
        "tests": "{site: sint-michielsgestel, after: 1 h, lasts: 5 d, teardown: {takes: 1 h, by: admins}}",
    }
    targets = "{mbco: 30 %}" if rto is None else f"{{rto: {rto} @rvig, mbco: 30 %}}"
    scenario = drsim.load(LOST, set={**changes, "services.moving-house.targets": targets})
    result = drsim.run(scenario, replications=12, seed=1, workers=1)
    tree = read(report(result, workers=1))
    told = " ".join(each.text for each in tree.all("p") if each.attributes.get("class") == "answer")
    assert told.lower() == summary.answer(result).lower()
    (table,) = (each for each in tree.all("table") if "serves in the bubble" in each.text)
    cells = [cell.text for cell in list(table.all("tr"))[-1].all("td")]
    assert cells[:2] == (["–", "–"] if rto is None else ["rvig", rto])
    verdict = {"met": "✓ met", "missed": "✗ missed", "undecided": "~ too close to call", None: "–"}
    assert cells[-1] == verdict[result.tried[0].verdict]


def test_what_the_terminal_tells_of_limits_and_hands_the_page_tells_too() -> None:
    changes = {
        "services.moving-house.targets": "{rto: 16 wh @rvig, mbco: 10 %}",
        "services.moving-house.manual": "{after: 1 h, level: 50 %}",
    }
    result = drsim.run(drsim.load(LOST, set=changes), replications=12, seed=1, workers=1)
    shown = " ".join(str(summary.summary(result, command=summary.Command("x", 12), intervals=True)).split())
    tree = read(report(result, workers=1))
    text = " ".join(tree.text.split())
    for told in ("16 wh end on Fri 15 May 10:00", "Mon-Fri 9:00-17:00 except Dutch holidays", "sat out for 1 h"):
        assert told in shown and told in text, told
    assert "site: sint-michielsgestel, lasts: the whole drill" in text
    (hands,) = (each for each in tree.all("table") if "served by hand on average" in each.text)
    value = record_of(tree)["services"]["moving-house"]["by_hand_ms"]["value"]
    (number, *_) = hands.all("data")
    assert json.loads(number.attributes["value"]) == value > 0


def test_what_came_near_its_limit_is_told(result: drsim.Result) -> None:
    outcome = result.outcome("moving-house")
    limit = f"{round(outcome.recovery[0.5].value / 60_000)} min"
    scenario = result.scenario.with_({"services.moving-house.targets.rto": limit})
    found = drsim.run(scenario, replications=DRILLS, seed=1, workers=1)
    margin = found.outcome("moving-house").margin
    assert margin is not None and margin.just_met.successes
    (table,) = (each for each in read(report(found, workers=1)).all("table") if "Near the limit" in each.text)
    cells = [cell.text.split(" (")[0] for cell in list(table.all("tr"))[1].all("td")]
    assert cells[3:] == [format_share(each).split(" (")[0] for each in (margin.just_met, margin.just_missed)]
    assert cells[2].startswith(spare(margin).split(" (")[0])


def test_what_is_explained_stands_in_the_order_of_the_table() -> None:
    result = drsim.run(ROOT / "scenarios" / "payday.yaml", replications=60, seed=1, workers=1)
    names = summary.most_interesting(result)
    order = sorted(result.outcomes, key=summary.worst_first)
    assert names == [each.name for each in order if each.name in names]
    assert names[0] == order[0].name  # the worst is explained, and shown in single drills


def test_a_column_of_causes_says_of_how_many_drills_it_is_the_mean(page: str, result: drsim.Result) -> None:
    (table,) = (each for each in read(page).all("table") if "Recovery time by cause" in each.text)
    (row,) = (each for each in table.all("tr") if "mean of so many drills" in each.text)
    assert [cell.text for cell in row.all("td")] == [f"{len(result.around('moving-house', 0.95))}"]


def test_who_is_turned_away_need_not_find_a_service_down(page: str) -> None:
    assert "find the service down" not in page
    assert "while it serves a part, also when back, the rest" in read(page).text


def test_a_service_without_anything_to_tell_makes_a_short_page() -> None:
    result = drsim.run(
        drsim.load(LOST, set={"disruptions.town-hall.chance": "0.01 %"}), replications=DRILLS, seed=1, workers=1
    )
    told = read(report(result, workers=1))
    assert "The only service keeps running." in told.text
    assert "What held them up" not in [heading.text for heading in told.all("h2")]


def test_what_differs_is_told_with_its_path(compared: str) -> None:
    text = read(compared).text
    assert "components.burgerzaken.verify.takes" in text and "is back sooner" in text
    assert "up to 10 d" in text and "No verdict on a target changes." in text


def test_a_comparison_says_what_was_asked_which_norms_count_and_what_both_were(result: drsim.Result) -> None:
    other = result.scenario.with_({"services.moving-house.targets.rto": "12 h"})
    other = other.model_copy(update={"question": "And by another norm?"})
    comparison = drsim.compare(result, other, workers=1)
    text = read(report(comparison)).text
    assert result.scenario.question in text and "And by another norm?" in text
    assert result.scenario.digest() in text and other.digest() in text
    assert "48 h → 12 h" in text and "rvig → none named" in text
    assert "RvIG information sheet on calamity plans 2021" in text
    assert "No data and no contact more or less is lost." in text


def test_less_than_one_contact_more_has_its_sign() -> None:
    more = {"value": 0.18, "low": 0.17, "high": 0.19}
    found = Marked({"lost": more}, Words("en")).change(Difference(1.0, 1.18, 0.18, 0.17, 0.19, 0.95), "lost")
    assert [plain_text(each) for each in found] == ["+0.18", "+0.17 to +0.19"]
    none = Marked({"lost": {"value": 0, "low": 0, "high": 0}}, Words("en")).change(
        Difference(1, 1, 0, 0, 0, 0.95), "lost"
    )
    assert plain_text(none[0]) == "–"


def test_a_comparison_says_what_becomes_of_targets(result: drsim.Result) -> None:
    slower = result.scenario.with_({"services.moving-house.targets.rto": "5 min"})
    for lang, told in (
        ("en", "1 that met its RTO misses it now."),
        ("nl", "1 die de RTO haalde, haalt die nu niet."),
    ):
        page = read(report(drsim.compare(result, slower, workers=1), lang=lang))
        (text,) = [each.text for each in page.all("p") if each.attributes.get("class") == "answer"]
        assert text.endswith(told)


def test_what_breaks_a_promise_is_told(hunt: Hunt, hunted: str) -> None:
    tree = read(hunted)
    headings = [heading.text for heading in tree.all("h2")]
    assert headings[0] == "The answer" and headings[-2:] == ["What was looked at", "How it was run"]
    (title,) = tree.all("h1")
    assert title.text == "What breaks it that permit-request is back within 8 h"
    assert hunt.found
    for case in hunt.found:
        assert all(each.text in tree.text for each in case.things)
    for heading, there in (
        ("What breaks it", hunt.found),
        ("When in the week", hunt.found),
        ("Near misses", hunt.near),
    ):
        assert (heading in headings) == bool(there)


def test_a_hunt_says_how_much_is_lacking_and_when_hours_are_alike() -> None:
    only, path = ["hall"], ROOT / "tests" / "data" / "clean.yaml"
    options = {"only": only, "among": ["site", "links_of"], "replications": 8, "workers": 1}
    found = drsim.hunt(path, "permit-request within 3 h in 50 %", worst_hours=1, **options)
    rows = ["".join(row.text.split("\n")) for row in read(report(found)).all("tr")]
    (site,) = [row for row in rows if row.startswith("site hall")]
    case = next(case for case in found.found if case.text == "site hall")
    assert site == "site hall<37 %−50 min −1 h 10 to −10 min–"
    assert case.to_dict()["margin_low_ms"] == case.margin.low < case.margin.value
    week = [row for row in rows if row.startswith("all links of hall")][1]
    assert week == "all links of hallall hours alike<37 %––"
    dutch = read(report(found, lang="nl")).text
    assert "Van 8 oefeningen op elk uur van de week." in dutch
    assert "alle verbindingen van hall" in dutch and "locatie hall" in dutch


def test_a_report_is_in_a_language_and_form_that_there_is(result: drsim.Result) -> None:
    with pytest.raises(DrsimError, match=r"no report in the language 'fr'.*nl"):
        report(result, lang="fr")
    with pytest.raises(DrsimError, match="no report in the form 'pdf'"):
        report(result, form="pdf")  # type: ignore[arg-type]


# hostile words


def test_words_of_a_scenario_are_shown_as_they_are(hostile: str, hostile_result: drsim.Result) -> None:
    tree = read(hostile)
    (title,) = tree.all("h1")
    assert title.text == hostile_result.scenario.title
    assert "alert(" in title.text and "{{ 7*7 }} {n}" in title.text
    assert len(list(tree.all("script"))) == 1
    assert not [e for e in tree.all() for name in e.attributes if name.startswith("on")]
    assert record_of(tree)["scenario"]["title"] == hostile_result.scenario.title
    labels = [text.text for text in tree.all("text")]
    assert any("<b>bold</b> &" in label for label in labels)  # in pictures too


@pytest.mark.parametrize("name", ["unbroken", "right to left", "signs that move"])
def test_unusual_titles_make_a_page(name: str) -> None:
    told = read(report(wild(TITLES[name]), workers=1))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", told.text)
    assert [element for element in told.all("bdi") if len(element.text) > 20]


def test_pictures_are_whole(root: Element, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(request.node.callspec.params["root"])
    found = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert found or "drsim hunt" in page or "--runbook" in page  # these have no picture
    for svg in found:
        ET.fromstring(svg.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1))


def test_a_group_that_fits_on_no_page_bears_its_title_again() -> None:
    groups = tuple(Group(said(f"{n} rows"), (Row(Cell(said("row")), (Cell(),)),) * n) for n in (20, 45))
    table = Table("caption", (words_of("what"), words_of("how much")), groups)
    document = Document(words_of("title"), (), (Section("name", "heading", (table,)),), {})
    bodies = list(read(_written(document, Words("nl"), "html")).all("tbody"))
    rows = [list(body.all("tr")) for body in bodies]
    assert [len(each) for each in rows] == [21, 16, 16, 16]
    titles = [each[0].text for each in rows]
    assert titles == ["20 rows", "45 rows", "45 rows (vervolg)", "45 rows (vervolg)"]
    assert [each[0].attributes["class"] for each in rows] == ["group", "group", "group again", "group again"]


@pytest.mark.parametrize(("title", "shown"), [("Town B", True), ("A town with much to say about itself", False)])
def test_municipalities_go_by_their_titles_where_all_are_short(result: drsim.Result, title: str, shown: bool) -> None:
    towns = list(result.turned_away_by_municipality)
    titles = dict.fromkeys((f"sites.{town}.title" for town in towns), "Town A") | {f"sites.{towns[1]}.title": title}
    other = drsim.run(result.scenario.with_(titles), replications=8, workers=1)
    heads = [head.text for head in read(report(other, workers=1)).all("th") if head.attributes.get("scope") == "row"]
    assert ("Town A" in heads, title in heads) == (shown, shown)
    assert (towns[0] in heads, towns[1] in heads) == (not shown, not shown)


# by itself, and for everybody


def test_nothing_is_fetched(root: Element) -> None:
    for element in root.all():
        for name in ("src", "href", "xlink:href", "data", "action", "srcset", "poster"):
            assert element.attributes.get(name, "#").startswith(("#", "data:")), element
        assert element.tag not in ("iframe", "object", "embed", "form", "base")
    (style,) = (each for each in root.all("style"))
    assert "@import" not in style.text and "url(" not in style.text


def test_each_picture_says_what_is_seen_in_it(page: str) -> None:
    tree = read(page)
    ids = {each.attributes["id"]: each.text for each in tree.all() if "id" in each.attributes}
    seen = [
        ids[each.attributes["aria-describedby"]] for each in tree.all("div") if "aria-describedby" in each.attributes
    ]
    begin = (
        "A chart over time",
        "A map of services",
        "A bar for each",
        "A line that rises",
        *["A Gantt chart"] * 2,
    )
    assert [text.startswith(first) for text, first in zip(seen, begin, strict=True)] == [True] * len(begin)
    assert all(re.search("[0-9]", text) for text in seen if "table below" not in text)


def test_the_numbers_of_the_map_are_printed_too(result: drsim.Result, page: str) -> None:
    caption = "The same in numbers: what citizens meet of each service"
    (table,) = (each for each in read(page).all("table") if caption in each.text)
    parent: Element | None = table
    while parent is not None:
        assert parent.tag != "details"
        parent = parent.parent
    assert caption in report(result, form="md", workers=1)


@pytest.mark.parametrize(("lang", "wrong"), [("en", r"\b1 drills\b"), ("nl", r"\b1 oefeningen\b")])
def test_one_drill_is_told_as_one(result: drsim.Result, lang: str, wrong: str) -> None:
    one = drsim.run(result.scenario, replications=1, seed=1, workers=1)
    sentences = [each.text for each in read(report(one, lang=lang, workers=1)).all("p", "figcaption")]
    assert not [each for each in sentences if re.search(wrong, each)]
    assert not [
        each for each in sentences if re.search(r" \?(?!:)", each)
    ]  # it stands in tables, where its meaning does


def test_the_legend_tells_what_the_signs_of_shares_are(page: str) -> None:
    text = read(page).text
    assert "< or > in brackets after one" in text and "no upper end yet" not in text


def test_ids_are_there_once_and_what_leads_to_them_arrives(root: Element) -> None:
    ids = [element.attributes["id"] for element in root.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    wanted = [
        e.attributes[name][1:] for e in root.all("a", "use") for name in ("href", "xlink:href") if name in e.attributes
    ]
    for name in ("aria-labelledby", "aria-describedby"):
        wanted += [e.attributes[name] for e in root.all() if name in e.attributes]
    assert set(wanted) <= set(ids)


def test_a_screen_reader_finds_its_way(root: Element) -> None:
    (html,) = root.all("html")
    assert html.attributes["lang"] == "en"
    assert len(list(root.all("h1"))) == len(list(root.all("main"))) == len(list(root.all("nav"))) == 1
    for section in root.all("section"):
        assert len(list(section.all("h2"))) == 1
    for table in root.all("table"):
        assert next(table.all("caption")).text
        for head in table.all("th"):
            assert head.attributes["scope"] in ("col", "row", "rowgroup")
        wide = sum(1 for head in next(table.all("thead")).all("th"))
        for row in table.all("tr"):
            cells = list(row.all("th", "td"))
            assert sum(int(cell.attributes.get("colspan", "1")) for cell in cells) == wide
    for svg in root.all("svg"):
        assert svg.parent is not None and svg.parent.attributes["role"] == "img"


# Dutch


def test_the_dutch_catalogue_is_complete_and_compiled() -> None:
    from babel.messages import Catalog
    from babel.messages.extract import extract_from_dir
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    folder = Path(words_module.__file__).parent / "locale" / "nl" / "LC_MESSAGES"
    catalogue: Catalog = read_po(BytesIO((folder / "drsim.po").read_bytes()), locale="nl")
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
    extracted = {each[2] for each in extract_from_dir(folder.parents[2], methods, keywords=keywords)}
    there = {message.id for message in catalogue if message.id}
    assert there == extracted
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        assert all(texts) and not message.fuzzy
        if message.id:
            gaps = {name for text in ids for name in re.findall(r"\{(\w*)\}", text)}
            assert {name for text in texts for name in re.findall(r"\{(\w*)\}", text)} == gaps, message.id
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    assert compiled.getvalue() == (folder / "drsim.mo").read_bytes()


def test_causes_and_kinds_of_steps_have_words() -> None:
    assert set(CAUSE_WORDS) == set(CAUSES)
    assert set(KINDS) <= set(PICTURE_WORDS)
    assert set(REASON_WORDS) == set(get_args(Reason))
    assert set(THING_WORDS) == set(KIND_WORDS) == set(BREAKABLE)


def test_a_dutch_page_is_dutch(result: drsim.Result) -> None:
    tree = read(report(result, lang="nl", workers=1))
    assert next(tree.all("html")).attributes["lang"] == "nl"
    text = tree.text
    assert "Elk doel gehaald? Ja. De enige dienst is op tijd terug." in text
    assert "di 12 mei 2015 10:00" in text and "moving-house is terug na" in text
    labels = [label.text for label in tree.all("text")]
    assert "uren na het moment" in labels or "dagen na het moment" in labels
    assert not set(PICTURE_WORDS) & set(labels)
    cells = [cell.text for cell in tree.all("td")]
    assert "ontdekken" in cells and "beoordelen" in cells and not set(PICTURE_WORDS) & set(cells)


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("start oracle", "starten oracle"),
        ("out of the lost building", "uit het verloren gebouw"),
        ("database-haaren has no standby, and it stays broken", "database-haaren heeft geen uitwijk, en blijft stuk"),
        ("desktops at c is out of reach, or gives 27.7 %", "desktops in c is onbereikbaar, of levert 27,7 %"),
        ("a, b and c wait for each other", "a, b and c wait for each other"),
        ("oracle", "oracle"),
    ],
)
def test_what_a_drill_tells_beside_a_cause_is_dutch_where_it_is_known(detail: str, told: str) -> None:
    assert plain_text(detailed(detail, Words("nl"))) == told
    assert plain_text(detailed(detail, Words("en"))) == detail


def test_no_sentence_goes_round_the_catalogue(
    result: drsim.Result,
    hostile_result: drsim.Result,
    hunt: Hunt,
    book: drsim.Runbook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: set[str] = set()

    class Listening(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            asked.add(message)
            return f"«{message}»"

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            asked.add(msgid1)
            return f"«{msgid1 if n == 1 else msgid2}»"

    dutch = Words("nl")
    monkeypatch.setattr(words_module, "_catalogue", lambda lang: Listening())
    monkeypatch.setattr(drawn_module, "_worded", lambda text, words: text)
    different = result.scenario.with_({"components.burgerzaken.verify.takes": "1 min"})
    pages = [report(each, lang="nl", workers=1) for each in (result, hostile_result, hunt, book)]
    pages.append(report(drsim.compare(result, drsim.run(different, replications=DRILLS, seed=1, workers=1)), lang="nl"))
    known = dutch._catalogue
    untranslated = {text for text in asked if text not in known._catalog and (text, 0) not in known._catalog}  # type: ignore[attr-defined]
    assert not untranslated
    for page in pages:  # what stands outside of the quotes did not go through it
        not_of_the_report = ("data", "bdi", "code", "dfn", "svg", "script", "style", "head")
        body = "".join(text for element, text in read(page).texts(*not_of_the_report) if not norm(element))
        outside = re.sub("«[^«»]*»", "", re.sub("«[^«»]*»", "", body))
        assert not re.search("[A-Za-z]{3}", outside), outside


def norm(element: Element) -> bool:
    """Whether it is the name of a norm, as the scenario gives it."""
    return element.attributes.get("href", "").startswith("#norm-")


def test_dutch_numbers_have_a_comma_and_hours_are_uren() -> None:
    dutch = Words("nl")
    assert dutch.number(">99.6 %") == ">99,6 %"
    assert dutch.number("1,670 ±10") == "1.670 ±10"
    assert dutch.number("3 d 05 h 53") == "3 d 05 u 53"
    assert dutch.number("16 wh") == "16 wu"
    assert Words("en").number("1,670") == "1,670"


# Markdown


def test_markdown_says_the_same_without_pictures(result: drsim.Result, page: str) -> None:
    text = report(result, form="md", workers=1)
    assert text.startswith("# The town hall of Sint-Michielsgestel is lost\n")
    headings = [heading.text for heading in read(page).all("h2")]
    assert re.findall("^## (.*)$", text, re.MULTILINE) == headings
    assert "<svg" not in text and "This page holds the record" not in text


def test_words_of_a_scenario_are_no_markdown(hostile_result: drsim.Result) -> None:
    text = report(hostile_result, form="md", workers=1)
    assert "<script>" not in text.replace("\\<script\\>", "")
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert tables
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
