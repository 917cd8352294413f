"""Reading consistency groups: what is refused, and what a change may do."""

from __future__ import annotations

import pytest

from drsim.errors import InputError
from drsim.model import Scenario
from drsim.reading import dump, loads

TEXT = """\
drsim: scenario 1
title: a case
moment: 2015-05-12 10:00
disruptions: {fire: {site: here}}
HEAD
landscape:
  drsim: landscape 1
  sites: {here: {}, there: {}, third: {}}
  links: {line: {between: [here, there], bandwidth: 10 MB/s}, way: {between: [here, third], bandwidth: 10 MB/s}}
  consistency_groups: {finance: GROUP}
  components:
    array: {scope: site, at: {here: active, there: active}, needs: [AFTER]}
    oracle: {at: {here: active, there: cold}, data: {size: 1 GB}, copies: {hourly: COPY}, needs: [array]}
    cases: {at: {here: active, there: cold}, data: {size: 1 GB}, copies: {hourly: COPY}}
    mail: {at: {here: active, there: cold}, data: {size: 1 GB}, copies: {hourly: COPY}}
    site: {at: {here: active, there: hot}}
    queue:
      at: {here: active, there: hot}
      data: {size: 1 GB}
      copies: {twin: {at: there, kind: synchronous}, hourly: COPY}
      PART
    empty: {at: {here: active}, data: {size: 1 GB}}
  TAIL
"""
COPY = "{at: there, kind: snapshot, taken: every 1 h, restores: 1 MB/s}"


def read(group: str = "[oracle, cases]", **parts: str) -> Scenario:
    text = TEXT.replace("GROUP", group).replace("COPY", COPY)
    for key in ("HEAD", "AFTER", "PART", "TAIL"):
        text = text.replace(key, parts.get(key.lower(), ""))
    return loads(text)


def refused(group: str = "[oracle, cases]", **parts: str) -> list[str]:
    with pytest.raises(InputError) as error:
        read(group, **parts)
    return [f"{problem.path}: {problem.rule}" for problem in error.value.problems]


def test_the_order_of_members_is_of_no_matter() -> None:
    case = read("[oracle, cases]")
    assert case.landscape.consistency_groups == {"finance": ("cases", "oracle")}
    assert read("[cases, oracle]") == case
    assert loads(dump(case)) == case
    assert "consistency_groups" in dump(case)


def test_a_change_may_give_other_members() -> None:
    changed = read().with_({"consistency_groups.finance": ["mail", "oracle"]})
    assert changed.landscape.consistency_groups == {"finance": ("mail", "oracle")}
    with pytest.raises(InputError, match="no component is named 'orakel'"):
        read().with_({"consistency_groups.finance": ["mail", "orakel"]})


@pytest.mark.parametrize(
    ("group", "parts", "rule"),
    [
        ("[oracle]", {}, "finance: 'finance' is no group: it needs two components whose data belongs together"),
        ("[oracle, oracle]", {}, "finance.1: 'oracle' is there twice"),
        ("[oracle, orakel]", {}, "finance.1: no component is named 'orakel'"),
        (
            "[oracle, cases], tax: [mail, oracle]",
            {},
            "tax.1: 'oracle' is in the consistency group 'finance' already",
        ),
        ("[oracle, site]", {"part": "recover: [cold]"}, "finance.1: 'site' has no data that could go back"),
        ("[oracle, empty]", {}, "finance.1: 'empty' has no copies to go back to"),
        (
            "[oracle, queue]",
            {},
            "finance: 'queue' comes back by 'hot' and 'oracle' by 'cold': a replicated copy and a restored one",
        ),
        (
            "[queue, empty]",
            {"part": "recover: [hot, cold]"},
            "finance: 'queue' comes back by 'hot' and by 'cold': a replicated copy and a restored one",
        ),
        (
            "[queue, empty]",
            {"part": "recover: [hot]\n      on_partition: takeover, alone"},
            "finance.0: 'queue' takes over alone when it is cut off, without the others of its group",
        ),
        (
            "[oracle, cases]",
            {"head": "response: {failback: {stable: 1 h}}"},
            "finance: 'oracle' of the consistency group 'finance' would go home alone",
        ),
        (
            "[oracle, cases]",
            {"after": "cases"},
            "finance: nothing of 'finance' can ever start: 'oracle' is restored when 'cases' serves",
        ),
        (
            "[oracle, cases]",
            {"tail": "steps: {ask: {takes: 1 h, before: cases, after: oracle}}"},
            "finance: nothing of 'finance' can ever start: 'cases' is restored when 'oracle' serves",
        ),
        (
            "[oracle, cases]",
            {"head": "response: {order: groups, groups: [[oracle]]}"},
            "finance: nothing of 'finance' can ever start: 'cases' is restored when 'oracle' serves",
        ),
    ],
)
def test_what_is_refused(group: str, parts: dict[str, str], rule: str) -> None:
    found = refused(group, **parts)
    assert any(f"consistency_groups.{rule}" in each for each in found), found


def test_what_is_not() -> None:
    read("[queue, cases]", part="recover: [cold]")  # the hot standby is left to itself
    read(tail="steps: {ask: {takes: 1 h, before: [oracle, cases]}}")
    read(head="response: {groups: [[oracle]]}")  # only goes first
    read(head="response: {order: groups, groups: [[oracle, cases]]}")
    read(tail="steps: {ask: {takes: 1 h, before: mail, after: oracle}}")
