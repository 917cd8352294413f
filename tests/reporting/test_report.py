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
from drsim.reading import loads
from drsim.reporting.figures.drills import KINDS
from drsim.reporting.pages import drawn as drawn_module
from drsim.reporting.pages import words as words_module
from drsim.reporting.pages.document import found_at
from drsim.reporting.pages.drawn import PICTURE_WORDS
from drsim.reporting.pages.hunt import REASON_WORDS
from drsim.reporting.pages.run_causes import CAUSE_WORDS
from drsim.reporting.pages.words import Words
from drsim.reporting.report import report
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


def test_the_page_can_be_run_again(page: str, compared: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    again = rerun(str(file), workers=1)
    assert not again.unequal and again.figures > 100
    file.write_text(compared, encoding="utf-8")
    with pytest.raises(drsim.InputError, match="a report of two runs"):
        rerun(str(file))


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
    assert "up to 10 d" in text


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


# by itself, and for everybody


def test_nothing_is_fetched(root: Element) -> None:
    for element in root.all():
        for name in ("src", "href", "xlink:href", "data", "action", "srcset", "poster"):
            assert element.attributes.get(name, "#").startswith(("#", "data:")), element
        assert element.tag not in ("iframe", "object", "embed", "form", "base")
    (style,) = (each for each in root.all("style"))
    assert "@import" not in style.text and "url(" not in style.text


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


def test_a_dutch_page_is_dutch(result: drsim.Result) -> None:
    tree = read(report(result, lang="nl", workers=1))
    assert next(tree.all("html")).attributes["lang"] == "nl"
    text = tree.text
    assert "Elk doel gehaald? Ja. De enige dienst is op tijd terug." in text
    assert "di 12 mei 2015 10:00" in text and "moving-house is terug na" in text
    labels = [label.text for label in tree.all("text")]
    assert "uren na het moment" in labels or "dagen na het moment" in labels
    assert not set(PICTURE_WORDS) & set(labels)


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
