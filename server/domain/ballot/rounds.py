"""The states of a round and a meeting, and the steps between them: one table, read by every command of the ballot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.problems import Problem

MEETING_STATES = ("planned", "open", "adjourned")
ATTENDANCE = ("expected", "present", "excused", "absent", "left_early")
HERE = frozenset({"present", "left_early"})
"""Who came: what is called present in quorum and reconciliation."""

STATES = (
    "prepared",
    "issued",
    "open",
    "closed",
    "opened",
    "reconciled",
    "counted",
    "certified",
    "published",
    "void",
)
BEFORE_CERTIFIED = STATES[: STATES.index("certified")]
FROZEN = frozenset(STATES) - {"prepared", "void"}
"""Where the roll may no longer change: the manifest says how many are entitled."""


@dataclass(frozen=True, slots=True)
class Step:
    """What may be done to a round in some states.

    Shape:  `target` the state it leads to, None where it stays; `guards` what else must hold, in words
    """

    sources: tuple[str, ...]
    target: str | None = None
    guards: tuple[str, ...] = ()


STEPS: Mapping[str, Step] = {
    "take_tally_key": Step(("prepared",)),
    "take_attendance": Step(("prepared", "issued", "open", "closed", "opened", "void")),
    "issue": Step(("prepared",), "issued", ("tally-key", "groups-of-five", "same-roll", "before-deadline")),
    "open": Step(("issued",), "open", ("quorum", "before-deadline")),
    "close": Step(("open",), "closed"),
    "delegate": Step(("issued", "open")),
    "void": Step(BEFORE_CERTIFIED, "void"),
    "sign_blind": Step(("open", "closed"), None, ("before-deadline",)),
    "post_slip": Step(STATES[STATES.index("open") : -1]),  # late ones too, sealed for ever
    "give_form": Step(("open", "closed"), None, ("before-deadline",)),
    "print_forms": Step(("issued", "open", "closed")),
    "collect_forms": Step(("open", "closed", "opened")),
    "enter_paper": Step(("closed", "opened")),
    "release_key": Step(("closed",), "opened", ("after-deadline", "key-fits")),
    "sign_reconciliation": Step(("opened",), None, ("paper-agrees", "numbers-agree")),
    "reconcile": Step(("opened",), "reconciled", ("paper-agrees", "numbers-agree", "two-signatures")),
    "enter_marks": Step(("closed", "opened", "reconciled")),
    "count": Step(("reconciled",), "counted", ("marks-complete",)),
    "sign_tally": Step(("counted",)),
    "certify": Step(("counted",), "certified", ("two-signatures",)),
    "decide": Step(("counted", "certified", "published")),
    "publish": Step(("certified",), "published"),
    "read_result": Step(("counted", "certified", "published")),
    "read_published": Step(("published",)),
    "read_reconciliation": Step(("reconciled", "counted", "certified", "published")),
    "read_board": Step(("opened", "reconciled", "counted", "certified", "published")),
    "write_letters": Step(("certified", "published")),
    "read_bundle": Step(("certified", "published")),
}
"""Step → from where, to where, and what must hold. Source: DOMAIN.md 11.2, docs/decisions/0051-the-round.md"""
NOTHING: Mapping[str, Mapping[str, Any]] = {}


def state_after(
    state: str, step: str, holds: Collection[str] = (), told: Mapping[str, Mapping[str, Any]] = NOTHING
) -> str:
    """The state in which a round is after the step.

    Shape:  `holds` the guard words that are true now; the problem names state and step, or the first missing `guard`
            with what is `told` of it
    Raises: round-state, round-guard
    """
    rule = STEPS[step]
    if state not in rule.sources:
        detail = f"{step} is for a round that is {' or '.join(rule.sources)}; this one is {state}"
        raise Problem("round-state", detail, state=state, step=step)
    missing = next((guard for guard in rule.guards if guard not in holds), None)
    if missing is not None:
        raise Problem("round-guard", f"{step} needs {missing}", guard=missing, step=step, **told.get(missing, {}))
    return rule.target or state


WITH_HUB = frozenset({"take_attendance", "open", "close", "void", "sign_blind", "give_form", "collect_forms"})
"""What the hub alone does while the round is with it. Slips are taken at both places: a box is a set."""


def refuse_delegated(delegated: object, step: str) -> None:
    """The step may be done here.

    Raises: round-delegated
    """
    if delegated and step in WITH_HUB:
        raise Problem("round-delegated", f"{step} is for the hub in the hall, which has this round", step=step)
