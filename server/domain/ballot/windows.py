"""Posting windows: how many must have been issued before the slips of a group may be posted without telling whose."""

from __future__ import annotations

from server.domain.ballot.publication import LEAST

LAST_CALL_MS = 600_000
"""How long before the deadline a phone posts whatever the company."""


def window_of(full: int) -> int:
    """The window that the next issuance of a group joins: the one after its highest full one, for good."""
    return full + 1


def highest_full(full: int, issued: int, waiting: int) -> int:
    """The group's highest full window, which never goes down: its phones have begun to post.

    Shape:  `issued` how many evaluators the window after `full` has, for the subject that fewest of them may grade;
            `waiting` who is present and has neither sheet nor paper form yet
    Laws:   L12 a window has at least five, and none of one to four is left over for those who wait
    """
    return full + 1 if issued >= LEAST and (waiting == 0 or waiting >= LEAST) else full
