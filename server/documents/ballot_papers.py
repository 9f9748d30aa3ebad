"""The papers of a ballot as PDF: forms to fill in."""

from __future__ import annotations

from dataclasses import asdict

from server.documents.printing import printed
from server.domain.ballot.papers import PaperForms


def forms_pdf(forms: PaperForms, now_ms: int) -> bytes:
    """One form a page, A4; a sheet of very many subjects goes on over the page.

    Raises: no-chinese-font, unprintable-character, busy
    """
    data = asdict(forms.heading) | {"group": forms.group, "subjects": forms.subjects, "numbers": forms.numbers}
    return printed("forms", data, now_ms)
