"""A sum over a scope's records: two sides that hold the same rows have the same number, whatever the order."""

from __future__ import annotations

from collections.abc import Iterable

MASK = 2**64 - 1


def scope_sum(rows: Iterable[tuple[str, int]]) -> dict[str, int | str]:
    """How many live records a scope has, and the sum of their mixes mod 2^64.

    Shape:  rows are (record id, seq); the answer is {"count": int, "sum": 16 hex digits}
    Laws:   L9, L17
    Source: DESIGN.md 5.3; vectors in tests/vectors/sums.json
    """
    count = total = 0
    for record, seq in rows:
        count += 1
        total += mix64(record, seq)
    return {"count": count, "sum": f"{total & MASK:016x}"}


def mix64(record: str, seq: int, deleted: bool = False) -> int:
    """One row as 64 bits (the splitmix64 finaliser over id, seq and the deleted bit; fast, not cryptographic)."""
    digits = record.replace("-", "")
    high, low = int(digits[:16], 16), int(digits[16:], 16)
    return _mix(high ^ _mix(low ^ _mix(seq * 2 + deleted)))


def _mix(x: int) -> int:
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)
