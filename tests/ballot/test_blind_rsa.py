"""RFC 9474, appendix A, all four variants; pwa/tests/domain/ballot.rfc9474.test.ts runs them for the phone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gmpy2
import pytest

from server.domain.ballot.shapes import Malformed
from server.domain.ballot.signer import SignerFault, is_signed, signer_of
from tests.ballot.cross import rounds_of_signer
from tests.ballot.evaluator import blinded

RFC = json.loads((Path(__file__).parents[1] / "vectors" / "blind-rsa.json").read_text())
N, P, Q = (int(RFC["key"][name], 16) for name in ("n", "p", "q"))
SIGNER = signer_of(P, Q)


def hexed(vector: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(vector[name])


@pytest.mark.parametrize("vector", RFC["variants"], ids=lambda vector: vector["name"])
def test_every_step_of_the_rfc(vector: dict[str, Any]) -> None:
    factor = pow(int(vector["inv"], 16), -1, N)
    message, salt = hexed(vector, "msg_prefix") + hexed(vector, "msg"), hexed(vector, "salt")
    assert message == hexed(vector, "prepared_msg")
    hidden = blinded(N, message, salt, factor)
    assert hidden.encoded == hexed(vector, "encoded_msg")
    assert hidden.blinded == hexed(vector, "blinded_msg")
    assert SIGNER.blind_sign(hidden.blinded) == hexed(vector, "blind_sig")
    signature = hidden.finalized(hexed(vector, "blind_sig"))
    assert signature == hexed(vector, "sig")
    assert is_signed(N, message, signature, len(salt))
    assert not is_signed(N, message + b"!", signature, len(salt))
    assert not is_signed(N, message, signature[:-1] + bytes([signature[-1] ^ 1]), len(salt))


def test_the_signer_is_the_rfcs_key() -> None:
    assert (SIGNER.n, SIGNER.size_bytes) == (N, 512)


@pytest.mark.parametrize("number", [0, N, N + 1, P, 2 * Q])
def test_no_number_outside_the_group_is_signed(number: int) -> None:
    with pytest.raises(Malformed):
        SIGNER.blind_sign(number.to_bytes(512, "big"))


@pytest.mark.parametrize("size", [0, 511, 513])
def test_only_the_modulus_own_size_is_signed(size: int) -> None:
    with pytest.raises(Malformed):
        SIGNER.blind_sign(b"\x01".rjust(size, b"\x00"))


@pytest.mark.parametrize("part", ["dp", "dq", "q_inverse"])
def test_a_computing_fault_gives_no_signature(part: str) -> None:
    broken = replace(SIGNER, **{part: getattr(SIGNER, part) ^ gmpy2.mpz(2)})
    with pytest.raises(SignerFault):
        broken.blind_sign(hexed(RFC["variants"][0], "blinded_msg"))


def test_a_signature_of_the_wrong_size_is_none() -> None:
    signature = hexed(RFC["variants"][0], "sig")
    message = hexed(RFC["variants"][0], "prepared_msg")
    assert not any(is_signed(N, message, wrong) for wrong in (b"", signature[1:], b"\x00" + signature))


def test_a_slice_of_the_random_runs() -> None:
    assert rounds_of_signer(200) == 200
