"""A clerk adds a passkey, signs in with it at another desk, and proves with it who she is before a phone is revoked."""

from __future__ import annotations

from playwright.sync_api import CDPSession, expect

from tests.browser.conftest import Meet
from tests.browser.layout import english
from tests.browser.phone import PIN, Person
from tests.browser.town import Town
from tests.browser.wire_phone import WirePhone

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plugged(person: Person) -> tuple[CDPSession, str]:
    """This browser has an authenticator that its person unlocks at once."""
    session = person.browser.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    return session, str(session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"])


def test_a_passkey_signs_in_at_another_desk_and_proves_who_one_is(meet: Meet, town: Town) -> None:
    here = town.url.replace("127.0.0.1", "localhost")
    lost = WirePhone(town.url)
    clerk = meet("desk", url=here)
    session, key = plugged(clerk)
    clerk.sign_in("pbo")
    clerk.tap("rail-mine")
    clerk.tap("mine-password")
    clerk.sees("passkeys-none")
    clerk.tap("passkey-add")
    clerk.types("passkey-label", "办公室电脑")
    clerk.types("passkey-pin", PIN)
    clerk.tap("passkey-make")
    clerk.says("passkeys-done", "通行密钥已添加")
    assert english(clerk.page) == []

    (made,) = session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
    other = meet("desk", url=here)
    second, slot = plugged(other)
    second.send("WebAuthn.addCredential", {"authenticatorId": slot, "credential": made})
    other.open()
    other.tap("enrol-by-password")
    other.types("enrol-pin", PIN)
    other.types("enrol-pin-again", PIN)
    other.tap("enrol-by-passkey")
    other.sees("today")
    other.waits_until_arrived()

    town.execute("UPDATE replicas SET proved_at_ms = 0")
    other.tap("rail-replicas")
    other.page.locator(f"[data-replica='{lost.me['replica']}'] [data-testid=revoke]").click()
    other.tap("revoke-do")
    other.sees("step-up-passkey")
    assert english(other.page) == []
    other.tap("step-up-passkey")
    other.sees("revoke-done")

    other.tap("rail-mine")
    other.tap("mine-password")
    other.tap("passkey-remove")
    other.tap("passkey-remove-do")
    other.says("passkeys-done", "通行密钥已删除")
    expect(other.find("passkey")).to_have_count(0)
