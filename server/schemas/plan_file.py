"""The plan file: bytes of a .txt become the plan's text in simplified script, or the reasons why they do not."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

from server.domain.plan_text import strip_glosses
from server.domain.roster import Fault

MAX_PLAN_BYTES = 1024 * 1024

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A read plan: text is simplified and without glosses, original as in the file; both empty with faults."""

    text: str
    original: str
    faults: tuple[Fault, ...] = ()


def read_plan_file(data: bytes, filename: str) -> PlanFile:
    """The text of a plan, or one fault that names what is wrong with the file; never an exception.

    Shape:  UTF-8 (with or without BOM), UTF-16 with BOM or GB18030; only .txt; at most MAX_PLAN_BYTES.
    Source: DOMAIN.md 1.3 (9)
    """
    if not filename.lower().endswith(".txt"):
        return _refused("只能导入 .txt 文件;请另存为纯文本", "only .txt files: save the document as plain text")
    if len(data) > MAX_PLAN_BYTES:
        return _refused("文件超过 1 MiB", "the file is larger than 1 MiB")
    original = decode_text(data)
    if original is None:
        return _refused("文件不是文本,或编码无法识别", "the file is not text in UTF-8 or GB18030")
    if not original.strip():
        return _refused("文件是空的", "the file is empty")
    return PlanFile(to_simplified(strip_glosses(original)), original)


def decode_text(data: bytes) -> str | None:
    """Bytes as text with line ends as they are, or None when they are no text in UTF-8, UTF-16 with BOM or GB18030.

    A file with a UTF-8 BOM is never read as GB18030: cut off in the middle it would become plausible nonsense.
    """
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _is_binary(text) else text
    return None


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith(b"\xef\xbb\xbf"):
        return ("utf-8-sig",)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    return ("utf-8", "gb18030")


def _is_binary(text: str) -> bool:
    """Control characters, unassigned and private code points: GB18030 gives nearly every byte pair some meaning."""
    return _CONTROL.search(text) is not None or any(unicodedata.category(c) in ("Cn", "Co") for c in set(text))


def to_simplified(text: str) -> str:
    """Traditional script folded to simplified; simplified text and everything else unchanged."""
    folded: str = _converter().convert(text)
    return folded


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _refused(reason_zh: str, reason_en: str) -> PlanFile:
    return PlanFile("", "", (Fault(0, "", reason_zh, reason_en),))
