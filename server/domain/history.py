"""The history of one record: every change that reached it, in order, and what of it this reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.domain.records import Json


@dataclass(frozen=True, slots=True)
class Deed:
    """One change to a record, or a choice in one of its conflicts.

    Shape:  `fields` flat, as sent; of a choice {field: value}; of a deletion empty. `outcome` as it stands today: what
            the desk released has the outcome it got then. `moment_ms` is server time. `seq` None where nothing was
            written. `erased`: what it said was taken back; `withheld`: it was made where this reader may not look.
    """

    n: int
    replica: str
    label: str
    account: str
    action: str
    command: str | None
    fields: Mapping[str, Json]
    outcome: str
    seq: int | None
    captured_at_ms: int
    moment_ms: int
    erased: bool = False
    withheld: bool = False
    conflict: str | None = field(default=None)


def visible_deeds(
    deeds: Iterable[Deed], departures: Sequence[tuple[int, str]], scopes: Collection[str], account: str
) -> list[Deed]:
    """The deeds in the order in which they reached the record, without what this reader may not see.

    Shape:  `departures` are (seq, scope) of the record's earlier places; `scopes` those of the reader.
    Laws:   L15 what was written while the record lay in a scope that the reader does not hold is named, not shown; what
            was refused is its author's alone.
    """
    hidden_until = max((seq for seq, scope in departures if scope not in scopes), default=0)
    shown = [deed for deed in deeds if deed.outcome != "quarantined" or deed.account == account]
    return [_covered(deed, hidden_until, account) for deed in sorted(shown, key=_place)]


def _covered(deed: Deed, hidden_until: int, account: str) -> Deed:
    if deed.account == account or (deed.seq is not None and deed.seq > hidden_until) or hidden_until == 0:
        return deed
    return replace(deed, fields={}, withheld=True)


def _place(deed: Deed) -> tuple[int, bool, int, str, int]:
    """What was released has no number of its own: it came after what let it in."""
    return deed.moment_ms, deed.seq is None, deed.seq or 0, deed.replica, deed.n
