"""The papers of a ballot as PDF: forms to fill in, a tally to sign, letters to work on."""

from __future__ import annotations

from dataclasses import asdict

from server.documents.printing import printed
from server.domain.ballot.letter import Letter
from server.domain.ballot.papers import PaperForms
from server.domain.ballot.tally_sheet import TallySheet


def forms_pdf(forms: PaperForms, now_ms: int) -> bytes:
    """One form a page, A4; a sheet of very many subjects goes on over the page.

    Raises: no-chinese-font, unprintable-character, busy
    """
    data = asdict(forms.heading) | {"group": forms.group, "subjects": forms.subjects, "numbers": forms.numbers}
    return printed("forms", data, now_ms)


def tally_pdf(tally: TallySheet, printed_on: str, now_ms: int) -> bytes:
    """The tally and its reconciliation with two empty lines to sign on; no seal and no signature is drawn.

    Raises: no-chinese-font, unprintable-character, busy
    """
    data = asdict(tally)
    return printed("tally", {**data, **data.pop("heading"), "printed_on": printed_on}, now_ms)


def letter_pdf(letter: Letter, now_ms: int) -> bytes:
    """A draft in the layout of official papers, marked as one; no seal and no signature is drawn.

    Raises: no-chinese-font, unprintable-character, busy
    Source: GB/T 9704-2012, DOMAIN.md 9
    """
    data = asdict(letter)
    return printed("letter", {**data, **data.pop("heading"), **data.pop("addressee")}, now_ms)
