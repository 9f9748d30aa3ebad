"""One figure beside its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured.

    Shape:  `most` and `least` limit `value`; `beside` is what the bare machine did in the same run, `least_ratio` and
            `most_ratio` limit value / beside; a `goal` is a limit of a later issue: it is shown and fails nothing.
    """

    name: str
    value: float
    unit: str
    most: float | None = None
    beside: float | None = None
    beside_name: str = ""
    least_ratio: float | None = None
    most_ratio: float | None = None
    goal: bool = False
    least: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.beside if self.beside else None

    @property
    def has_limit(self) -> bool:
        return any(limit is not None for limit in (self.most, self.least, self.least_ratio, self.most_ratio))

    @property
    def holds(self) -> bool:
        ratio = 0.0 if self.ratio is None else self.ratio
        return (
            (self.most is None or self.value <= self.most)
            and (self.least is None or self.value >= self.least)
            and (self.least_ratio is None or ratio >= self.least_ratio)
            and (self.most_ratio is None or ratio <= self.most_ratio)
        )

    @property
    def sign(self) -> str:
        return "" if not self.has_limit else "✓" if self.holds else "○" if self.goal else "✗"

    @property
    def measured(self) -> str:
        return f"{shown(self.value)} {self.unit}"

    @property
    def limit(self) -> str:
        limits = [
            *(() if self.most is None else (f"≤ {shown(self.most)} {self.unit}",)),
            *(() if self.least is None else (f"≥ {shown(self.least)} {self.unit}",)),
            *(() if self.least_ratio is None else (f"≥ {self.least_ratio:.2f} ×",)),
            *(() if self.most_ratio is None else (f"≤ {self.most_ratio:.2f} ×",)),
        ]
        return " and ".join(limits)

    @property
    def compared(self) -> str:
        if self.ratio is None or self.beside is None:
            return ""
        return f"{self.ratio:.2f} × of {shown(self.beside)} {self.unit} ({self.beside_name})"

    def as_json(self, command: str) -> dict[str, Any]:
        return {
            "what": self.name,
            "value": round(self.value, 4),
            "unit": self.unit,
            "limit": self.limit or None,
            "holds": self.holds if self.has_limit else None,
            "goal": self.goal,
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "beside": self.beside,
            "beside_name": self.beside_name or None,
            "command": command,
        }


def shown(value: float) -> str:
    """Three digits that matter, thousands apart: 12,345 · 86.1 · 0.042."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
