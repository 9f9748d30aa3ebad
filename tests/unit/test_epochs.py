"""A restore never lets a number from the lost time count."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.domain.epochs import JUMP, new_epoch
from server.domain.replicas import Tenant


def tenant(head: int, **settings: object) -> Tenant:
    return Tenant("t", "云台镇", "620111103", "Asia/Shanghai", True, "old", head, settings)


def test_a_restore_moves_the_head_by_one_jump_and_notes_the_gap() -> None:
    after = new_epoch(tenant(100, durable_seq=90), "new", reached=170)
    assert (after.epoch, after.head, after.gaps) == ("new", 100 + JUMP, ((100, 100 + JUMP),))
    assert after.durable_seq == 90


def test_the_second_restore_of_one_backup_clears_the_numbers_of_the_first() -> None:
    first = new_epoch(tenant(100), "one", reached=170)
    worked_on = first.head + 5
    second = new_epoch(tenant(100), "two", reached=worked_on)
    assert second.head > worked_on


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_L2_every_number_that_was_given_out_lies_in_the_gap(head: int, reached: int) -> None:
    after = new_epoch(tenant(head), "new", reached)
    low, high = after.gaps[-1]
    assert low == head
    assert high == after.head >= max(head, reached) + 1
    assert (after.head - head) % JUMP == 0
