"""`make phone`: HTTPS on the local network with an authority of our own, and a plain page from which a phone takes it.

The authority's private key stays in VAR_DIR/phone, for its owner only; every start issues a new server certificate.
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from server.settings import Settings
from workers.supervisor_child import Child
from workers.supervisor_front import Front, listen
from workers.supervisor_phone_page import write_pages
from workers.supervisor_plan import ROOT
from workers.supervisor_probe import TlsProbe

SERVER_DAYS = 397
"""The longest life of a server certificate that every phone accepts."""
EVERYWHERE = "0.0.0.0"  # noqa: S104 - a phone comes from the local network


def phone_front(settings: Settings) -> Front:
    """HTTPS for this machine's addresses, and on the next port the plain page that hands out the authority."""
    exactly = bool(os.environ.get("PORT"))
    secure = listen(EVERYWHERE, settings.port, exactly=exactly)
    port = int(secure.getsockname()[1])
    plain = listen(EVERYWHERE, port + 1, exactly=False)
    here = lan_address()
    folder = settings.var / "phone"
    authority = issue(folder, here)
    app, guide = f"https://{here}:{port}", f"http://{here}:{plain.getsockname()[1]}"
    write_pages(folder / "www", app, guide)
    (folder / "www" / "ca.crt").write_bytes((folder / "ca.pem").read_bytes())
    return Front(
        listener=secure,
        url=f"https://127.0.0.1:{port}",
        ask=lambda: TlsProbe("127.0.0.1", port, authority),
        web_options=("--certfile", str(folder / "server.pem"), "--keyfile", str(folder / "server.key")),
        children=(guide_child(plain, folder, settings.var / "logs"),),
        also=(plain,),
        notes=phone_notes(app, guide),
        phone_url=app,
    )


def hub_front(settings: Settings) -> Front:
    """The same for a hall: what the phones enter is the address, as text and picture."""
    front = phone_front(settings)
    guide = f"http://{lan_address()}:{front.also[0].getsockname()[1]}"
    return replace(front, notes=hub_notes(front.phone_url, guide))


def issue(folder: Path, address: str) -> Path:
    """The authority exists (one and the same for ever, or phones would have to trust again) and signed this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "ca.pem", folder / "ca.key"
    if certificate.exists() and key.exists():
        authority = trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    else:
        authority = trustme.CA(
            organization_name="Zoufang 走访", organization_unit_name=f"本机试用 {socket.gethostname()}"
        )
        _write_private(key, authority.private_key_pem.bytes())
        authority.cert_pem.write_to_path(str(certificate))
    since = datetime.now(UTC) - timedelta(days=1)
    names = dict.fromkeys([address, "127.0.0.1", "localhost"])
    server = authority.issue_cert(
        *names, common_name="Zoufang 走访", not_before=since, not_after=since + timedelta(days=SERVER_DAYS)
    )
    _write_private(folder / "server.key", server.private_key_pem.bytes())
    (folder / "server.pem").write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
    return certificate


def lan_address() -> str:
    """This machine's address on its network, the one it would speak from (nothing is sent); else loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # TEST-NET-1: never routed, only looked up
            return str(asked.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def guide_child(listener: socket.socket, folder: Path, logs: Path) -> Child:
    """A tiny web server for the three files of the guide; it takes the listener over."""
    script = str(ROOT / "workers/supervisor_guide.py")
    argv = [sys.executable, "-I", script, str(listener.fileno()), str(folder / "www")]
    return Child("guide", argv, dict(os.environ), logs / "guide.log", fds=(listener.fileno(),), grace_s=2)


def phone_notes(app: str, guide: str) -> tuple[str, ...]:
    """What the person at the machine reads: where the phone begins, and that as a picture."""
    from server.cli.qr import terminal_qr

    return (
        f"On the phone, on the same Wi-Fi, open {guide} (or scan) and follow the three steps there.",
        terminal_qr(guide),
        f"The app on the phone: {app}",
        "Invite the phone: make invite ROLE=committee_secretary",
    )


def hub_notes(hub: str, guide: str) -> tuple[str, ...]:
    """What stands on the laptop in the hall."""
    from server.cli.qr import terminal_qr

    if "//127." in hub:
        return (
            "This laptop is in no network; no phone reaches it. Join the hall's Wi-Fi, press Ctrl-C, run it again.",
        )
    return (
        f"Phones that do not trust this laptop yet open {guide} on the hall's Wi-Fi and follow the steps there.",
        terminal_qr(guide),
        f"评议 → 大厅电脑 on the phones: {hub}",
        terminal_qr(hub),
        "Stop: Ctrl-C. It goes on when it is run again; `zoufang hub close` ends it for good.",
    )


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)
