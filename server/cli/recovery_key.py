"""`zoufang recovery-key`: opens what is sealed on a phone whose PIN is forgotten; its private half is on paper only."""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path

import click
import segno
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.cli.qr import terminal_qr
from server.commands.store_recovery_key import store_recovery_key

PRIVATE_BYTES = 32


@click.command("recovery-key")
@click.option(
    "--html", "page", type=click.Path(path_type=Path), help="Also write a page to print; it holds the private key."
)
@township_option
@json_option
def recovery_key(page: Path | None, township: str | None, as_json: bool) -> None:
    """Make the township's recovery key; the private half is shown once and kept nowhere."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    private = base64.b64encode(key.private_numbers().private_value.to_bytes(PRIVATE_BYTES, "big")).decode()
    public = base64.b64encode(point).decode()
    if page and page.exists():
        raise click.ClickException(f"{page} exists; nothing was made")
    with opened():
        tenant = the_township(township)
        if page:
            _write_page(page, tenant.name, private)
        store_recovery_key(tenant.id, public, now_ms())
    words = [
        f"Recovery key of {tenant.name}. Print it now and lock it away: it is kept nowhere else,",
        "and who has it can read what the phones of this township have sealed.",
        private if as_json else f"\n{private}\n\n{terminal_qr(private)}",
        *([f"A page to print: {page}; delete it afterwards."] if page else []),
    ]
    say(as_json, {"township": tenant.id, "public_key": public, "private_key": private}, "\n".join(words))


def _write_page(page: Path, name: str, private: str) -> None:
    picture = io.BytesIO()
    segno.make(private, error="q").save(picture, kind="svg", scale=6, xmldecl=False, svgns=True)
    page.touch(mode=0o600)
    page.write_text(PAGE.format(name=html.escape(name), private=private, picture=picture.getvalue().decode()))


PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>恢复密钥 {name}</title>
<style>body{{font:18px/1.6 sans-serif;max-width:640px;margin:48px auto}}code{{word-break:break-all}}</style>
<h1>{name} 恢复密钥</h1>
<p>手机口令忘记时，用它打开已封存的内容。请密封存放于保险柜，两人在场方可启用。打印后删除本文件。</p>
<p>{picture}</p><p><code>{private}</code></p>
<p>Opens sealed work when a PIN is forgotten. Keep this sheet in a safe; delete the file after printing.</p></html>
"""
