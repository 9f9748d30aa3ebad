"""What an authenticator sent, checked: every reason against it is the same problem, whoever asks learns no more."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from server.domain.passkeys import ALGORITHMS, Assertion, NewPasskey, Purpose, Site, expiry_of
from server.domain.problems import Problem

TAKEN_ATTESTATIONS = ("none", "packed")
"""We ask for none; whatever else a browser could send would be parsed for nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """One of our questions, still open. Shape: `hash` names it where spent ones are kept."""

    challenge: bytes
    expires_at_ms: int

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.challenge).hexdigest()


@dataclass(frozen=True, slots=True)
class Key:
    """The public half. Shape: `credential`, `public_key` in base64url."""

    credential: str
    public_key: str
    sign_count: int


def refused() -> Problem:
    """The one answer to everything that does not fit."""
    return Problem("passkey-refused", "the passkey's answer does not fit an open question of this server")


def question_of(site: Site, purpose: Purpose, asked: str, client_data: bytes, now_ms: int) -> Question:
    """The question that was answered, if we asked it for this purpose and it is not too old.

    Raises: passkey-refused
    """
    try:
        challenge = text_to_bytes(str(json.loads(client_data)["challenge"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise refused() from error
    until_ms = expiry_of(site, purpose, asked, challenge, now_ms)
    if until_ms is None:
        raise refused()
    return Question(challenge, until_ms)


def check_added(site: Site, question: Question, sent: NewPasskey) -> Key:
    """The public half of a passkey that its person unlocked while it was made.

    Raises: passkey-refused
    Source: W3C WebAuthn Level 2, 7.1
    """
    # 15 MB and 0.3 s that no phone's request ever needs: loaded by the first passkey.
    from webauthn import verify_registration_response
    from webauthn.helpers import parse_attestation_object, structs
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    response = structs.AuthenticatorAttestationResponse(sent.client_data, sent.attestation)
    try:
        if parse_attestation_object(sent.attestation).fmt not in TAKEN_ATTESTATIONS:
            raise refused()
        told = verify_registration_response(
            credential=structs.RegistrationCredential(bytes_to_text(sent.credential), sent.credential, response),
            expected_challenge=question.challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(one) for one in ALGORITHMS],
        )
    except Exception as error:
        raise refused() from error
    if told.credential_id != sent.credential:
        raise refused()
    return Key(bytes_to_text(told.credential_id), bytes_to_text(told.credential_public_key), told.sign_count)


def check_proved(site: Site, question: Question, sent: Assertion, public_key: str) -> int:
    """How far the passkey has counted; it signed this question after its person unlocked it.

    Raises: passkey-refused
    Source: W3C WebAuthn Level 2, 7.2
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import structs

    response = structs.AuthenticatorAssertionResponse(sent.client_data, sent.authenticator_data, sent.signature)
    try:
        told = verify_authentication_response(
            credential=structs.AuthenticationCredential(bytes_to_text(sent.credential), sent.credential, response),
            expected_challenge=question.challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=text_to_bytes(public_key),
            credential_current_sign_count=0,  # a copy is judged by the caller, who writes it down
            require_user_verification=True,
        )
    except Exception as error:
        raise refused() from error
    return told.new_sign_count


def text_to_bytes(text: str) -> bytes:
    """Base64url without padding. Raises: ValueError"""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def bytes_to_text(raw: bytes) -> str:
    """The same, the other way."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
