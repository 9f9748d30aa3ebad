"""Answers are packed as the phone takes them, and unpack to the same text."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask

from server.api.wire import answer

LONG = '{"narrative":"' + "支委会记录补得齐不齐，一本一本翻过去。" * 300 + '"}'
SHORT = '{"narrative":"' + "看了台账" * 50 + '"}'


@pytest.mark.parametrize(
    ("taken", "text", "encoding"),
    [("gzip, deflate, br", LONG, "br"), ("gzip", LONG, "gzip"), ("gzip, br", SHORT, "br"), ("", LONG, None)],
)
def test_an_answer_is_packed_as_it_pays(taken: str, text: str, encoding: str | None) -> None:
    with Flask("wire").test_request_context(headers={"Accept-Encoding": taken}):
        response = answer(text)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert response.headers.get("Content-Encoding") == encoding
    assert unpack(response.get_data()).decode() == text
    assert encoding is None or len(response.get_data()) < len(text.encode()) / 2
