"""Reports in a real browser, without a network: they fit, can be read by everybody, and print.

Run with `pytest -m browser` (docs/report.md).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import drsim
from drsim.reading import loads
from drsim.reporting.report import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
QUIET = "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
WINDOWS = ((375, "light"), (1280, "dark"))
KINDS = ("small", "town hall", "dutch", "comparison", "hunt", "runbook", "hostile")
A4_HEIGHT_MM, MARGIN_MM, MM = 297, 15, 96 / 25.4


def drilled(file: str, **changes: str) -> drsim.Result:
    return drsim.run(drsim.load(ROOT / file, set=changes), replications=40, seed=1)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The address of a page of each kind."""
    from cli.conftest import TITLES, WILD

    small = drilled("tests/data/small-lost.yaml", **{"services.moving-house.targets.mbco": "10 %"})
    hall = drilled("scenarios/town-hall-lost.yaml")
    title = (
        "<script>document.title='broken'</script> \\\"q\\\" & " + "x" * 300 + TITLES["right to left"] + TITLES["emoji"]
    )
    hostile = drsim.run(loads(WILD.format(title=title)), replications=12, seed=3, workers=1)
    hunt = drsim.hunt(ROOT / "tests/data/clean.yaml", "permit-request rto", replications=24, worst_hours=0)
    round_the_clock = hall.scenario.with_({"suppliers.raas-supplier.works": "always"})
    pages = {
        "small": report(small),
        "town hall": report(hall, command="drsim report scenarios/town-hall-lost.yaml -o report.html"),
        "dutch": report(small, lang="nl"),
        "comparison": report(drsim.compare(hall, round_the_clock)),
        "hunt": report(hunt),
        "runbook": report(
            drsim.runbook(ROOT / "scenarios/supplier-does-not-come.yaml", replications=24, workers=1), lang="nl"
        ),
        "hostile": report(hostile),
    }
    folder, found = tmp_path_factory.mktemp("pages"), {}
    for kind, text in pages.items():
        file = folder / f"{kind.replace(' ', '-')}.html"
        file.write_text(text, encoding="utf-8")
        found[kind] = file.as_uri()
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it or as DRSIM_BROWSER names it."""
    from playwright.sync_api import sync_playwright

    program = os.environ.get("DRSIM_BROWSER") or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("there is no chromium: install it, or name a browser in DRSIM_BROWSER")
    with sync_playwright() as playwright:
        # a container has no sandbox to give, and the pages are drsim's own
        found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", *QUIET.split()])
        yield found
        found.close()


@pytest.fixture(params=WINDOWS, ids=lambda window: f"{window[0]}-{window[1]}")
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A narrow window and a wide one, one of them dark; whatever goes wrong in it fails the test."""
    width, scheme = request.param
    found = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    wrong: list[str] = []
    found.on("console", lambda message: wrong.append(message.text))
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None)
    yield found
    found.close()
    assert not wrong


@pytest.mark.parametrize("kind", KINDS)
def test_it_fits_and_everybody_can_read_it(kind: str, files: dict[str, str], page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.goto(files[kind])
    wide, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= there, "it scrolls sideways"
    assert page.title() != "broken"
    if kind != "town hall":  # its 900 assumptions look as those of the others do
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    found = Axe().run(page).response["violations"]
    serious = [(each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")]
    assert not serious
    assert page.evaluate("document.documentElement.scrollWidth") <= there, "it scrolls sideways when all is open"


def test_the_checks_see_what_is_wrong(browser: Browser) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.set_content("<p style='width: 500px; color: #999; background: #fff'>pale</p><img src='data:,'>")
    assert page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    found = {each["id"] for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")}
    assert {"color-contrast", "image-alt", "html-has-lang"} <= found
    page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_runs_into_another(kind: str, files: dict[str, str], browser: Browser) -> None:
    """Cells of tables hold their text, and so do pictures."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(files[kind])
    too_wide = page.evaluate(
        "[...document.querySelectorAll('td, th, p, figcaption, h1')]"
        ".filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0).map(each => each.outerHTML)"
    )
    outside = page.evaluate(
        "[...document.querySelectorAll('.picture svg')].flatMap(svg => { const all = svg.getBoundingClientRect();"
        " return [...svg.querySelectorAll('text')].filter(text => { const box = text.getBoundingClientRect();"
        " return box.left < all.left - 2 || box.right > all.right + 2 || box.top < all.top - 2"
        " || box.bottom > all.bottom + 2; }).map(text => text.textContent); })"
    )
    page.close()
    assert not too_wide
    assert not outside


def test_all_can_be_reached_with_the_keyboard(files: dict[str, str], browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(files["small"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "it is seen once it is reached"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    reached = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        reached += page.evaluate("document.activeElement.className === 'wide'")
    assert reached >= page.locator("main .wide:visible").count()
    page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_it_prints_on_pages_that_cut_no_figure(kind: str, files: dict[str, str], browser: Browser) -> None:
    page = browser.new_page()
    page.goto(files[kind])
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((210 - 28) * MM), "height": 1000})  # as wide as the text on A4
    room = (A4_HEIGHT_MM - 2 * MARGIN_MM) * MM
    tall = page.evaluate(
        "[...document.querySelectorAll('figure, tr')].map(each => each.getBoundingClientRect().height)"
    )
    assert max(tall) < room, "there is a figure or a row that no page can hold whole"
    kept = page.evaluate(
        "[...document.querySelectorAll('figure, tr, p, tbody.together')]"
        ".every(each => getComputedStyle(each).breakInside === 'avoid')"
    )
    assert kept
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        "cut off at the side"
    )
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert re.search(rb"/MediaBox \[0 0 59[45]\.?\d* 84[12]", printed), "A4"
    assert 1 <= len(re.findall(rb"/Type ?/Page\b", printed)) <= 40
