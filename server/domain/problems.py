"""Every way a request or a change can fail: the catalogue behind RFC 9457 answers, docs/problems.md and the phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.ballot.refusals import BALLOT_ENTRIES
from server.domain.problem_entry import Entry

DOCS = "/docs/problems"


_ENTRIES = (
    Entry(
        "malformed-request", 400, "The request cannot be read", "stop",
        "The request as a whole has no readable form. Nothing was applied; keep the outbox and report it.",
    ),
    Entry(
        "unknown-replica", 401, "This replica is not signed in", "enrol",
        "There is no token, the token is unknown or the lease is over. A new invitation signs the person in again; "
        "the outbox stays and goes up afterwards.",
    ),
    Entry(
        "not-allowed", 403, "Not allowed", "stop",
        "The account holds no role that may do this.",
    ),
    Entry("not-found", 404, "Not found", "stop", "There is nothing at this address."),
    Entry("method-not-allowed", 405, "Method not allowed", "stop", "The address exists, but not for this method."),
    Entry(
        "unsupported-media-type", 415, "Unsupported media type", "stop",
        "The body must be JSON (application/json), plain or gzip.",
    ),
    Entry(
        "invitation-invalid", 403, "The invitation is not valid", "enrol",
        "The code is wrong, used, or older than its time. Ask the office for a new one.",
    ),
    Entry(
        "too-many-tries", 429, "Too many tries", "retry",
        "This invitation was tried too often and is closed. Ask the office for a new one.",
    ),
    Entry(
        "replica-revoked", 403, "This replica was revoked", "stop",
        "The office no longer trusts this install. Pushes are still taken, into quarantine; then the phone wipes "
        "what it may no longer read.",
    ),
    Entry(
        "step-up-needed", 403, "Prove who you are first", "stop",
        "This cannot be taken back, so the person must have proved within the last five minutes who he is. `how` is "
        "`password`, `passkey` where the account has passkeys only, or `set-password` where it has neither; `passkey` "
        "is true where a passkey will do. Nothing was done; prove it and ask again.",
    ),
    Entry(
        "sign-in-refused", 403, "The name or the password is wrong", "stop",
        "Nobody learns which of the two was wrong, or whether there is such an account. After a few wrong tries the "
        "server makes one wait.",
    ),
    Entry(
        "passkey-refused", 403, "The passkey does not fit", "stop",
        "What the passkey signed is not the answer to a question of this server that is still open: it is older than "
        "five minutes, was sent before, was for something else, or is nobody's. Also where the passkey has been "
        "copied, or its person holds no office any more. Begin again, or use the password.",
    ),
    Entry(
        "no-passkeys-here", 409, "No passkeys at this address", "stop",
        "Browsers give passkeys only to an address with a name over HTTPS (`PUBLIC_URL`), or to `localhost` on the "
        "machine itself, never to a bare IP address. Also where an account has no passkey of this "
        "address. Use the password.",
    ),
    Entry(
        "last-office-holder", 409, "Nobody would be left in the office", "stop",
        "This role is the last of its sort: without it nobody could let anybody in. Give it to somebody else first.",
    ),
    Entry(
        "already-decided", 409, "Somebody has decided already", "stop",
        "Another clerk released or rejected this change before; `status_now` says which. Nothing was done.",
    ),
    Entry(
        "content-damaged", 409, "What came cannot be opened", "stop",
        "The content of this quarantined change was altered on the server, or was sealed with another key. Nothing was "
        "done; its author's phone still has it. Reject it with a reason, or restore a backup.",
    ),
    Entry(
        "change-gap", 409, "A change is missing or repeated", "resume",
        "Changes arrive in order, each number once. Nothing was applied; send again from `expected`.",
    ),
    Entry(
        "replica-forked", 409, "Two histories under one replica", "enrol",
        "A number that the server has already seen came again with other content: the browser lost its last "
        "transactions or the profile was copied. Register a new replica with `continues` and renumber "
        "what is not acknowledged.",
    ),
    Entry(
        "epoch-changed", 409, "The server's history has changed", "rebuild",
        "The server was restored from a backup, or the cursor is none of ours. Drop the mirror and the cursor, keep "
        "the outbox, pull again and push what the server lacks.",
    ),
    Entry(
        "batch-too-large", 413, "The batch is too large", "split",
        "More changes or bytes than one push may carry, or a body that inflates too far. Nothing was applied; "
        "send fewer.",
    ),
    Entry(
        "invalid-change", None, "The change cannot be read", "park",
        "A field, value or form of this change does not fit its kind. It is kept in quarantine, nothing is lost.",
    ),
    Entry(
        "change-not-allowed", None, "The change is not allowed", "park",
        "Its author may not make this change, or this replica was revoked. It is kept in quarantine for the office.",
    ),
    Entry(
        "depends-on", None, "Something it builds on is not here", "park",
        "The record it changes never arrived or is itself in quarantine. It is released by itself when that arrives.",
    ),
    Entry(
        "change-too-large", None, "The change is too large", "park",
        "One change carries more bytes than fit. It is kept in quarantine; enter it again in smaller pieces.",
    ),
    Entry(
        "failed-guard", None, "The state no longer allows it", "park",
        "The record was in another state when the command arrived. It is kept in quarantine for review.",
    ),
    Entry(
        "server-fault", None, "The server failed on this change", "park",
        "A fault of ours: the change is kept in quarantine and can be released once the fault is mended. Also the "
        "answer (500) to a request on which the server failed as a whole; nothing was applied.",
    ),
    Entry(
        "upgrade-required", 426, "This app is too old to read", "stop",
        "Pull needs a newer app. Pushes are still taken from every version: push on, then update.",
    ),
    Entry(
        "too-many-requests", 429, "Too many requests", "retry",
        "Too many requests from one address. Wait for `Retry-After` seconds.",
    ),
    Entry(
        "busy", 503, "The server is busy", "retry",
        "Nothing was applied. Wait for `Retry-After` seconds and send half as much.",
    ),
    Entry(
        "storage-full", 507, "The server's disk is full", "retry",
        "Nothing was applied. Keep the outbox, pause media and try again later; the office has to make room.",
    ),
    Entry(
        "no-chinese-font", 501, "No Chinese font to print with", "stop",
        "A document was asked for on a machine that has no Chinese font, and boxes are no document. Nothing was "
        "changed; install one, such as the package fonts-noto-cjk, and ask again.",
    ),
    Entry(
        "unprintable-character", 501, "A character that no font here has", "stop",
        "`character` stands in the document and in no font of the server's machine. Nothing was changed; install a "
        "font that has it, such as the package fonts-hanazono, and ask again.",
    ),
    *BALLOT_ENTRIES,
)  # fmt: skip

CATALOGUE: Mapping[str, Entry] = {entry.slug: entry for entry in _ENTRIES}

SLUG_OF_STATUS: Mapping[int, str] = {
    400: "malformed-request",
    401: "unknown-replica",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "batch-too-large",
    415: "unsupported-media-type",
    422: "malformed-request",
    429: "too-many-requests",
    500: "server-fault",
    503: "busy",
    507: "storage-full",
}

Errors = Sequence[tuple[str, str]]


class Problem(Exception):
    """An expected failure of a request; the front door turns it into an RFC 9457 answer.

    Shape:  `errors` are (JSON pointer, detail); `more` are further members of the answer, such as `expected`;
            `retry_after_s` becomes the Retry-After header.
    """

    def __init__(
        self, slug: str, detail: str = "", errors: Errors = (), retry_after_s: int | None = None, **more: Any
    ) -> None:
        super().__init__(f"{slug}: {detail}")
        self.entry = CATALOGUE[slug]
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s
        self.more = more


def problem_json(slug: str, detail: str = "", errors: Errors = (), **more: Any) -> dict[str, Any]:
    """The members of a problem as they go over the wire.

    Shape:  {type, title, status?, detail?, errors?: [{pointer, detail}], device_action, …more}
    Source: RFC 9457, DESIGN.md 14
    """
    entry = CATALOGUE[slug]
    answer: dict[str, Any] = {"type": f"{DOCS}#{slug}", "title": entry.title, "device_action": entry.device_action}
    if entry.status is not None:
        answer["status"] = entry.status
    if detail:
        answer["detail"] = detail
    if errors:
        answer["errors"] = [{"pointer": pointer, "detail": text} for pointer, text in errors]
    return answer | more


def catalogue_markdown() -> str:
    """The text of docs/problems.md, so that the page can never say something else than the code."""
    rows = [
        f"## {entry.slug}\n\n**{entry.title}** · status {entry.status or '(outcome of a change)'} · "
        f"device action `{entry.device_action}`\n\n{entry.meaning}\n"
        for entry in _ENTRIES
    ]
    return _HEAD + "\n".join(rows)


_HEAD = """# Problems

Generated from `server/domain/problems.py`; do not edit. Every failure is `application/problem+json` (RFC 9457): `type`
is `/docs/problems#slug`, `errors` names the place in the request, `device_action` says what an offline queue does next:
*retry* later, *park* the change and show why, *split* the batch, *rebuild* the mirror and keep the outbox, *enrol*
again, *resume* from `expected`, *stop* and tell the person. The outbox is never dropped.

"""
