"""The press: one document, in a process of its own, which takes the fonts' hundred megabytes with it when it ends.

It imports nothing of the house: `python press.py` reads one order from standard input and writes the PDF to standard
output, or ends with NO_FONT or NO_GLYPH and says on standard error what is missing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence

NO_FONT, NO_GLYPH = 3, 4
FANGSONG = ("FangSong", "FangSong_GB2312", "仿宋_GB2312", "仿宋", "STFangsong", "FZFangSong-Z02", "方正仿宋_GBK")
SONG = (
    "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "思源宋体", "Songti SC",
    "STSong", "SimSun", "NSimSun", "AR PL UMing CN",
)  # fmt: skip
HEI = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "思源黑体", "SimHei",
    "HarmonyOS Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Droid Sans Fallback",
)  # fmt: skip
WISHES: Mapping[str, Sequence[str]] = {
    "fangsong": (*FANGSONG, *SONG, *HEI),
    "title": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "小标宋", *SONG, *HEI),
    "song": (*SONG, *HEI),
    "hei": (*HEI, *SONG),
}
"""Licensed faces where the machine has them, open ones otherwise; none is shipped. Source: DOMAIN.md 9"""


def faces(installed: Collection[str]) -> dict[str, str] | None:
    """The family for each use, of those that are installed; None where there is no Chinese one."""
    found = {use: next((one for one in wishes if one in installed), "") for use, wishes in WISHES.items()}
    return found if all(found.values()) else None


def main() -> int:
    """One order: {source, data, created_s, fonts?}. Shape: `fonts` false leaves out what the machine has"""
    import typst  # here, so that whoever asks for `faces` does not load the press

    order = json.load(sys.stdin)
    fonts = typst.Fonts(include_system_fonts=order.get("fonts", True))
    chosen = faces(fonts.families())
    if chosen is None:
        return NO_FONT
    data = json.dumps({**order["data"], "faces": chosen}, ensure_ascii=False)
    compiler = typst.Compiler(order["source"].encode(), font_paths=fonts, ignore_system_fonts=True)
    try:
        # PDF/A refuses a page with a glyph that no font has, where others would draw a box.
        made = compiler.compile(
            format="pdf", pdf_standards="a-2u", timestamp=order["created_s"], sys_inputs={"data": data}
        )
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        sys.stderr.write(error.message)
        return NO_GLYPH
    sys.stdout.buffer.write(made if isinstance(made, bytes) else b"".join(made or ()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
