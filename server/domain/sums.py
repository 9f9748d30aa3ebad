"""A sum over a scope's records: two sides that hold the same rows have the same number, whatever the order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15


def scope_sums(scopes: Iterable[str], rows: Iterable[Sequence[Any]]) -> dict[str, dict[str, int | str]]:
    """How many live records each scope has, and the sum of their mixes mod 2^64; no row is kept.

    Shape:  rows are (scope, record id, seq) of these scopes only; the answer is scope → {"count": int, "sum": 16 hex
            digits}, of scopes without a record too
    Laws:   L9, L17
    Source: DESIGN.md 5.3; vectors in tests/vectors/sums.json
    """
    counts = dict.fromkeys(scopes, 0)
    totals = counts.copy()
    for scope, record, seq in rows:
        counts[scope] += 1
        totals[scope] += mix64(record, seq)
    return {scope: {"count": count, "sum": f"{totals[scope] & MASK:016x}"} for scope, count in counts.items()}


def mix64(record: str, seq: int, deleted: bool = False) -> int:
    """One row as 64 bits (the splitmix64 finaliser over id, seq and the deleted bit; fast, not cryptographic)."""
    both = int(record.replace("-", ""), 16)
    x = (seq * 2 + deleted + GOLDEN) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    x = (((x ^ (x >> 31)) ^ (both & MASK)) + GOLDEN) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    x = (((x ^ (x >> 31)) ^ (both >> 64)) + GOLDEN) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)
