"""Writes src/domain/folds.json: pairs of a traditional character and its simplified form, from OpenCC's own tables.

Run from the project's folder: `python pwa/scripts/folds.py`; the list in the app searches both scripts with it.
"""

from __future__ import annotations

import json
from pathlib import Path

import opencc

HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
TARGET = Path(__file__).parents[1] / "src/domain/folds.json"


def main() -> None:
    """The table is on disk, in the order of the code points."""
    fold = opencc.OpenCC("t2s").convert
    signs = (chr(code) for first, last in HAN for code in range(first, last + 1))
    pairs = ((sign, fold(sign)) for sign in signs)
    table = "".join(sign + simple for sign, simple in pairs if simple != sign and len(simple) == 1)
    TARGET.write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
