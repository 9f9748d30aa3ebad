"""One figure beside its limit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """Shape:  `most` is the limit (None: only shown); `value` in `unit`."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def holds(self) -> bool:
        return self.most is None or self.value <= self.most

    def line(self) -> str:
        limit = "" if self.most is None else f"limit {self.most:g} {self.unit}"
        sign = " " if self.most is None else "✓" if self.holds else "✗"
        return f"  {sign} {self.name:<46} {self.value:>10.4g} {self.unit:<4} {limit}"
