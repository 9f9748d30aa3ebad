"""L12: the recount prints what the result shows, of rounds of every size, and no more when a bundle does not hold."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.ballot.counted import result_view
from server.domain.ballot.tally import Counts
from server.recount.__main__ import _report
from server.recount.sentences import EN, OUTCOMES, SENTENCES, ZH
from tests.ballot.small_groups import Cell, cells, of_view, rows_of, tally_of, tells_few
from tests.ballot.test_result_view import PLACES, held

WORDS = {words[lang]: name for lang in (ZH, EN) for name, words in OUTCOMES.items()}
rounds = st.tuples(*[cells()] * len(PLACES))


def bundle_of(drawn: tuple[Cell, ...]) -> dict[str, Any]:
    """As much of a bundle as the report reads."""
    named = [({"subject": place[0], "group": place[1]}, cell) for place, cell in zip(PLACES, drawn, strict=True)]
    return {
        "manifest": dict(held().manifest.raw),
        "board": [name for name, cell in named for _ in cell.slips],
        "head": "ab" * 32,
        "late": [name for name, cell in named for _ in range(cell.late)],
        "paper": [asdict(rows_of(cell.forms)) for _, cell in named],
        "marks": [],
    }


def printed(lines: list[str]) -> list[Counts]:
    """Every row of outcomes that is printed."""
    rows = [line.partition(": ")[2].split(" · ") for line in lines if " · " in line]
    return [Counts(**{WORDS[word.rpartition(" ")[0]]: int(word.rpartition(" ")[2]) for word in row}) for row in rows]


@pytest.fixture(scope="module", autouse=True)
def _words_without_waiting() -> Iterator[None]:
    """Four words cost 100,000 hashes on purpose, and here nobody compares them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.recount.__main__.four_words", lambda _: "岸 岸 岸 岸")
        yield


@given(rounds, st.sampled_from((ZH, EN)))
@settings(max_examples=100, deadline=None)
def test_L12_the_recount_prints_the_figures_of_the_result(drawn: tuple[Cell, ...], lang: int) -> None:
    tally = tally_of(dict(zip(PLACES, drawn, strict=True)))
    counts = {place: asdict(rows) for place, rows in tally.items()}
    rows = printed(list(_report(lang, bundle_of(drawn), counts)))
    known = of_view(result_view(held().manifest, tally, {}), PLACES)
    assert sorted(map(repr, rows)) == sorted(map(repr, known.values()))
    assert tells_few(known, tally) == []


def test_L12_what_is_said_of_a_broken_bundle_has_no_room_for_grades() -> None:
    filled = {name for texts in SENTENCES.values() for one in texts for _, name, _, _ in string.Formatter().parse(one)}
    of_all = {"slips", "paper", "late", "ballot", "score", "grade"}
    assert filled - {None} - of_all == {"detail", "head", "no", "number", "path", "place", "title", "where", "words"}
