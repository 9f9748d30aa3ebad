"""The cursor: what was signed comes back, what was not signed by us is nothing."""

from __future__ import annotations

import hmac
import string
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.epochs import EPOCH_DIGITS, epoch_mark
from server.feed.cursor import Backfill, Cursor, mask_of, scopes_in, sign, verify

SECRET = b"a secret of the tests"
numbers = st.integers(0, 2**53 - 1)
backfills = st.none() | st.builds(Backfill, numbers, numbers, numbers)
cursors = st.builds(
    Cursor,
    st.text("0123456789abcdef", min_size=EPOCH_DIGITS, max_size=EPOCH_DIGITS),
    st.text("0123456789abcdef", min_size=12, max_size=12),
    numbers,
    numbers,
    backfills,
)


@given(cursors)
def test_a_signed_cursor_comes_back(cursor: Cursor) -> None:
    text = sign(cursor, SECRET)
    assert verify(text, SECRET) == cursor
    assert verify(text, b"another secret") is None
    assert set(text) <= set(string.ascii_letters + string.digits + "-_.")


@pytest.mark.parametrize("form", [b'{"e":"%b","p":"policy","s":7,"a":3,"b":[5,1,6]}', b'["%b","policy",7,3,5,1,6]'])
def test_a_cursor_of_an_earlier_version_still_counts(form: bytes) -> None:
    epoch = "0123456789abcdef0123456789abcdef"
    written = epoch if form.startswith(b"{") else epoch_mark(epoch)
    body = b64encode(form % written.encode()).rstrip(b"=")
    signature = hmac.digest(SECRET, b"cursor " + body, "sha256")[:16]
    text = f"{body.decode()}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    assert verify(text, SECRET) == Cursor(epoch_mark(epoch), "policy", 7, 3, Backfill(5, 1, 6))


@given(cursors, st.integers(0, 500), st.sampled_from("AB-_."))
def test_one_other_character_makes_it_nothing(cursor: Cursor, at: int, character: str) -> None:
    text = sign(cursor, SECRET)
    at %= len(text)
    changed = text[:at] + character + text[at + 1 :]
    assert changed == text or verify(changed, SECRET) is None


@given(st.text(max_size=300))
def test_no_text_of_a_stranger_is_a_cursor(text: str) -> None:
    assert verify(text, SECRET) is None


@given(st.sets(st.text("abc:", min_size=1, max_size=6), max_size=40), st.data())
def test_scopes_survive_as_bits(scopes: set[str], data: st.DataObject) -> None:
    ordered = sorted(scopes)
    chosen = data.draw(st.sets(st.sampled_from(ordered))) if ordered else set()
    assert set(scopes_in(ordered, mask_of(ordered, chosen))) == chosen
