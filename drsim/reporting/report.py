"""A report: one page that needs nothing else, as HTML or Markdown.

In `pages` three things lie apart: what is told (`run.py`, `comparison.py`, `hunt.py` and `runbook.py`, each giving a `Document`), how a
number knows where it is from (`marked.py`), and what it looks like (the templates).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from markupsafe import Markup

from drsim.errors import DrsimError
from drsim.reporting.pages.document import Document, Pieces
from drsim.reporting.pages.words import Words
from drsim.studies.compare import Comparison
from drsim.studies.dossier import Chase, Dossier, Handbook, Pair, dossier
from drsim.studies.hunt import Hunt
from drsim.studies.result import Result
from drsim.studies.runbook import Runbook

if TYPE_CHECKING:
    import jinja2

__all__ = ["report"]

FORMS: Final = ("html", "md")


def report(
    found: Result | Comparison | Hunt | Runbook,
    *,
    lang: str = "en",
    form: Literal["html", "md"] = "html",
    command: str | None = None,
    workers: int | None = None,
) -> str:
    """Write what a run, a comparison, a hunt or a runbook found as one page that needs nothing else.

    `lang`: `en` or `nl`; `form`: `html` or `md`; `command`: how it was asked for, for people; `workers`: processes that replay drills.
    In HTML every number bears its value and the path of it in the record that is in the page. Raises DrsimError for another language
    or form.
    """
    if form not in FORMS:
        raise DrsimError(f"no report in the form {form!r}: expected html or md")
    words = Words(lang)
    return _written(_document(_gathered(found, command, workers), words), words, form)


def _written(document: Document, words: Words, form: str) -> str:
    page = _templates().get_template(f"page.{form}")
    return page.render(document=document, words=words, _=words.gettext, record=_script(document.record))


def _gathered(
    found: Result | Comparison | Hunt | Runbook, command: str | None, workers: int | None
) -> Dossier | Pair | Chase | Handbook:
    if isinstance(found, Result):
        from drsim.reporting.summary import most_interesting

        return dossier(found, most_interesting(found), command=command, workers=workers)
    if isinstance(found, Runbook):
        return Handbook(found, command)
    return Pair(found, command) if isinstance(found, Comparison) else Chase(found, command)


def _document(found: Dossier | Pair | Chase | Handbook, words: Words) -> Document:
    if isinstance(found, Dossier):
        from drsim.reporting.pages.run import reported

        return reported(found, words)
    if isinstance(found, Pair):
        from drsim.reporting.pages.comparison import reported_pair

        return reported_pair(found, words)
    if isinstance(found, Handbook):
        from drsim.reporting.pages.runbook import reported_runbook

        return reported_runbook(found, words)
    from drsim.reporting.pages.hunt import reported_hunt

    return reported_hunt(found, words)


def _templates() -> jinja2.Environment:
    import jinja2

    loader = jinja2.PackageLoader("drsim.reporting.pages", "templates")
    found = jinja2.Environment(
        loader=loader,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    found.filters |= {"markdown": _markdown, "picture": Markup}
    return found


def _script(record: Mapping[str, Any]) -> Markup:
    """The record as JSON that no browser takes for the end of its element."""
    text = json.dumps(record, allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


_SIGNS: Final = re.compile(r"([\\`*_{}\[\]()#+!|~<>&$])")
"""That mean something in Markdown."""


def _markdown(pieces: Pieces) -> str:
    """Text in Markdown; what is said in a scenario is shown as it is, on one line."""
    return "".join(_in_markdown(piece.kind, " ".join(piece.text.split("\n"))) for piece in pieces)


def _in_markdown(kind: str, text: str) -> str:
    if kind == "code":
        ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
        space = " " if "`" in text else ""
        return f"{ticks}{space}{text}{space}{ticks}".replace("|", "\\|")
    return _SIGNS.sub(r"\\\1", text) if kind in ("said", "words") else text
