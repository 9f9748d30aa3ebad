"""The rules that server and phone share, held to the vectors of pwa/tests/domain/vectors.test.ts too."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from server.domain.canonical import NotCanonical, canonical, change_hash, same
from server.domain.kinds import FieldSpec, Kind
from server.domain.merge import Edit, merge
from server.domain.records import FieldSeq, Record
from server.domain.sums import mix64, scope_sums
from server.domain.withdrawal import emptied_change
from server.schemas.kinds.registry import KINDS

VECTORS = Path(__file__).parents[1] / "vectors"


def read(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


CANONICAL, SUMS, MERGE, WITHDRAWAL = read("canonical"), read("sums"), read("merge"), read("withdrawal")


@pytest.mark.parametrize("vector", WITHDRAWAL["changes"], ids=lambda vector: vector["name"])
def test_a_withdrawal_empties_a_change(vector: dict[str, Any]) -> None:
    assert emptied_change(KINDS, vector["sent"]) == vector["left"]


@pytest.mark.parametrize("vector", CANONICAL["values"], ids=lambda vector: vector["hash"])
def test_canonical_text_and_hash(vector: dict[str, str]) -> None:
    written = canonical(json.loads(vector["text"]))
    assert written == vector["canonical"]
    assert change_hash(written) == vector["hash"]


@pytest.mark.parametrize("text", [*CANONICAL["refused"], "NaN", "Infinity"])
def test_no_canonical_text(text: str) -> None:
    with pytest.raises(NotCanonical):
        canonical(json.loads(text))


def test_too_deep_a_value_is_refused_not_a_crash() -> None:
    value: Any = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(NotCanonical):
        canonical(value)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e6, 1e6) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_the_fast_way_writes_what_the_library_writes(value: Any) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)


@given(JSON_VALUES, JSON_VALUES)
def test_same_means_the_same_text(one: Any, other: Any) -> None:
    assert same(one, other) == (canonical(one) == canonical(other))
    assert same(one, copy.deepcopy(one))


@pytest.mark.parametrize("vector", SUMS["mixes"], ids=lambda vector: vector["mix"])
def test_mix(vector: dict[str, Any]) -> None:
    assert f"{mix64(vector['record'], vector['seq'], vector['deleted']):016x}" == vector["mix"]


@pytest.mark.parametrize("vector", SUMS["sums"], ids=lambda vector: vector["expect"]["sum"])
def test_sum(vector: dict[str, Any]) -> None:
    rows = [("own:a", *row) for row in vector["rows"]]
    empty = {"count": 0, "sum": "0" * 16}
    assert scope_sums(["own:a", "own:b"], rows) == {"own:a": vector["expect"], "own:b": empty}


MAPS = ("area_notes", "geo")
KIND = Kind("k", {name: FieldSpec(name, cls, is_map=name in MAPS) for name, cls in MERGE["classes"].items()}, "own")


@pytest.mark.parametrize("vector", MERGE["cases"], ids=lambda vector: vector["name"])
def test_merge(vector: dict[str, Any]) -> None:
    seqs = {name: FieldSeq(**entry) for name, entry in vector["record"]["field_seqs"].items()}
    record = Record("r", "k", "own:a", 5, vector["record"]["fields"], seqs)
    before = copy.deepcopy(record)
    merged = merge(KIND, record, Edit(**vector["edit"]))
    expected = vector["expect"]
    assert dict(merged.record.fields) == expected["fields"]
    assert {name: _plain(entry) for name, entry in merged.record.field_seqs.items()} == expected["field_seqs"]
    assert list(merged.written) == expected["written"]
    assert dict(merged.challenges) == expected["challenges"]
    gone = {name: {"value": one.value, "by": _plain(one.by)} for name, one in merged.displaced.items()}
    assert gone == expected["displaced"]
    assert list(merged.superseded) == expected["superseded"]
    assert merged.concurrent == expected["concurrent"]
    assert merged.record.seq == (vector["edit"]["seq"] if expected["written"] else 5)
    assert record == before


def _plain(entry: FieldSeq) -> dict[str, Any]:
    return {"seq": entry.seq, "writer": entry.writer, "n": entry.n, "other_seq": entry.other_seq}
