"""Counting and showing: invariants of DOMAIN.md 14.3, and what a publication gives away."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.ballot.profile import Profile, read_profile
from server.domain.ballot.publication import LEAST, Publication, publication
from server.domain.ballot.reconciliation import Row, broken, quorum, verdict
from server.domain.ballot.tally import Counts, Marks, ballot_score, band, results, shown, weighed
from server.recount.counting import grade_of, in_words, scores, told_apart
from tests.ballot.election import COMPOSITE, SEED, profile

PROFILES = [read_profile(profile("seed", SEED)), read_profile(profile("composite", COMPOSITE))]
counts = st.builds(Counts, *[st.integers(0, 9)] * 6)
few = st.builds(Counts, *[st.integers(0, 3)] * 4)
marks = st.builds(Marks, *[st.integers(0, 10_000).map(lambda number: Fraction(number, 100))] * 2)
tallies = st.dictionaries(st.tuples(st.sampled_from("pqr"), st.sampled_from("abc")), few, min_size=1, max_size=9)


@given(counts, st.sampled_from(PROFILES), marks)
def test_a_score_lies_between_its_points_and_both_sides_agree(row: Counts, rules: Profile, beside: Marks) -> None:
    ballots = ballot_score(rules, row)
    given_rows = {name: getattr(row, name) for name in Counts.__slots__}
    texts = {"daily": str(float(beside.daily)), "secretary": str(float(beside.secretary))}
    raw = profile(rules.name, rules.weights)
    found = scores(raw, given_rows, texts)
    if ballots is None:
        assert (row.valid, found) == (0, None)
        return
    score = weighed(rules, ballots, beside)
    assert 40 <= ballots <= 100
    assert score is not None
    assert found == (ballots, score)
    assert grade_of(raw, score) == band(rules, score)
    assert in_words(score) == f"{score} ({shown(score)})"


@pytest.mark.parametrize("rules", PROFILES, ids=lambda rules: rules.name)
@pytest.mark.parametrize("grade", ["good", "fairly_good", "average", "poor"])
def test_a_unanimous_grade_is_itself(rules: Profile, grade: str) -> None:
    assert band(rules, ballot_score(rules, replace(Counts(), **{grade: 7}))) == grade


@pytest.mark.parametrize(
    ("score", "grade", "text"),
    [
        (Fraction(6393, 80), "average", "79.91"),
        (Fraction(80), "fairly_good", "80.00"),
        (Fraction(90) - Fraction(1, 10**9), "fairly_good", "90.00"),
        (Fraction(90), "good", "90.00"),
        (Fraction(60) - Fraction(1, 200), "poor", "60.00"),
        (Fraction(12345, 1000), "poor", "12.35"),
    ],
)
def test_bands_are_exact_and_rounding_is_for_eyes(score: Fraction, grade: str, text: str) -> None:
    assert (band(PROFILES[0], score), shown(score)) == (grade, text)


def test_no_score_without_valid_rows_or_without_marks() -> None:
    place = {("p", "a"): Counts(abstain=9, invalid=1)}
    assert results(PROFILES[0], place, {})["p"].suggested is None
    assert results(PROFILES[0], {("p", "a"): Counts(9)}, {})["p"].suggested == "good"
    without = results(PROFILES[1], {("p", "a"): Counts(9)}, {})["p"]
    assert (without.ballot_score, without.score, without.suggested) == (100, None, None)


@given(tallies)
@settings(max_examples=150, deadline=None)
def test_L12_no_sum_or_difference_of_shown_figures_speaks_of_one_to_four_rows(
    tally: dict[tuple[str, str], Counts],
) -> None:
    figures = shown_figures(tally, publication(tally))
    cells = list(tally)
    for size in range(1, len(cells) + 1):
        for chosen in combinations(cells, size):
            if 0 < sum(tally[cell].valid for cell in chosen) < LEAST:
                assert not in_span([int(cell in chosen) for cell in cells], figures)


def shown_figures(tally: dict[tuple[str, str], Counts], published: Publication) -> list[list[int]]:
    """Each shown figure as the cells it adds up; it must also be their sum."""
    cells = list(tally)
    sets: list[tuple[set[tuple[str, str]], Counts]] = []
    for subject, part in published.subjects.items():
        if part.total is not None:
            sets.append(({cell for cell in cells if cell[0] == subject}, part.total))
        sets += [({(subject, group)}, row) for group, row in part.groups.items()]
    sets += [({cell for cell in cells if cell[1] == group}, row) for group, row in published.groups.items()]
    sets += [(set(cells), published.total)] if published.total else []
    for added, row in sets:
        assert sum((tally[cell] for cell in added), Counts()) == row
    return [[int(cell in added) for cell in cells] for added, _ in sets]


def in_span(vector: list[int], rows: list[list[int]]) -> bool:
    return rank([*rows, vector]) == rank(rows)


def rank(rows: list[list[int]]) -> int:
    left = [[Fraction(number) for number in row] for row in rows]
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in left[found:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for row in left[found + 1 :]:
            times = row[column] / pivot[column]
            row[:] = [one - times * two for one, two in zip(row, pivot, strict=True)]
        found += 1
    return found


@given(st.dictionaries(st.sampled_from("abcd"), few, min_size=1))
def test_the_stranger_hides_the_same_groups(groups: dict[str, Counts]) -> None:
    raw = {group: {name: getattr(row, name) for name in Counts.__slots__} for group, row in groups.items()}
    ours = publication({("p", group): row for group, row in groups.items()}).subjects["p"]
    assert list(told_apart(raw)) == list(ours.groups)


def test_large_groups_are_told_apart() -> None:
    shown_of = publication(
        {("p", "a"): Counts(5), ("p", "b"): Counts(poor=5), ("q", "a"): Counts(9), ("q", "b"): Counts(4)}
    )
    assert list(shown_of.subjects["p"].groups) == ["a", "b"]
    assert list(shown_of.subjects["q"].groups) == []
    assert (shown_of.subjects["q"].total, shown_of.groups) == (Counts(13), {})
    assert publication({("p", "a"): Counts(4, abstain=9)}).subjects["p"].total is None


SOUND = Row(24, 22, 18, 4, 17, 4, 1, 0, 2, 3)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, "agrees"),
        ({"present": 25}, "differs"),
        ({"entitled": 21}, "differs"),
        ({"present": 21}, "differs"),
        ({"lost": 1}, "differs"),
        ({"late": 0}, "differs"),
        ({"late": 0, "lost": 1}, "agrees"),
        ({"collected_p": 5}, "void"),
        ({"received_e": 18}, "void"),
    ],
)
def test_reconciliation(change: dict[str, int], found: str) -> None:
    row = replace(SOUND, **change)
    assert verdict(row) == found
    assert bool(broken(row)) == (found != "agrees")


@pytest.mark.parametrize(("entitled", "enough"), [(0, 0), (1, 1), (3, 2), (33, 22), (34, 23), (35, 24)])
def test_quorum(entitled: int, enough: int) -> None:
    assert quorum(entitled) == enough
