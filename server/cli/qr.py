"""A QR code for a terminal."""

from __future__ import annotations

import segno


def terminal_qr(content: str) -> str:
    """The content as a QR code of half blocks, light on dark, with its quiet margin."""
    rows = [[bool(cell) for cell in row] for row in segno.make(content, error="m").matrix_iter(border=2)]
    rows += [[False] * len(rows[0])] if len(rows) % 2 else []
    signs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(signs[cell] for cell in zip(upper, lower, strict=True)) for upper, lower in pairs)
