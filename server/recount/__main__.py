"""`python -m server.recount bundle.json`: checks a bundle, counts it again, prints what may be shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from server.recount.checking import Counts, electronic_invalid, manifest_hash, recounted
from server.recount.counting import added, grade_of, in_words, of_subject, scores, told_apart, valid
from server.recount.reading import Place, checked_form, read_file
from server.recount.sentences import EN, OUTCOMES, ZH, Wrong, say
from server.recount.words import four_words


def main(arguments: list[str]) -> int:
    """0 if everything agrees, 1 with one sentence if not, 2 if the command cannot be understood."""
    lang, head, path = _options(arguments)
    if path is None:
        print(say(lang, "usage"), file=sys.stderr)
        return 2
    try:
        bundle = checked_form(read_file(path))
        counts = recounted(bundle)
        if head is not None and head.lower() != bundle["head"]:
            raise Wrong("other-head")
    except Wrong as wrong:
        print(say(lang, wrong.slug, **wrong.values), file=sys.stderr)
        return 1
    for line in _report(lang, bundle, counts):
        print(line)
    return 0


def _report(lang: int, bundle: dict[str, Any], counts: dict[Place, Counts]) -> Iterator[str]:
    manifest = bundle["manifest"]
    slips, paper, late = len(bundle["board"]), added(bundle["paper"]), len(bundle["late"])
    yield say(lang, "round", title=manifest["title"], no=manifest["no"])
    yield say(lang, "manifest-words", words=four_words(manifest_hash(bundle)))
    yield say(lang, "board-words", words=four_words(bytes.fromhex(bundle["head"])))
    yield say(lang, "board-head", head=bundle["head"])
    yield say(lang, "checked", slips=slips, paper=sum(paper.values()), late=late)
    if electronic_invalid(bundle, counts):
        yield say(lang, "invalid-slips", number=electronic_invalid(bundle, counts))
    for subject in manifest["subjects"]:
        yield ""
        yield subject["name"]
        yield from _subject(lang, bundle, subject["id"], of_subject(counts, subject["id"]))
    yield from _sums(lang, bundle, counts)


def _subject(lang: int, bundle: dict[str, Any], subject: str, groups: dict[str, Counts]) -> Iterator[str]:
    total, apart = added(groups.values()), told_apart(groups)
    marks = {row["subject"]: row for row in bundle["marks"]}
    found = scores(bundle["manifest"]["profile"], total, marks.get(subject))
    if found is None or valid(total) < 5:
        yield say(lang, "no-score")
        return
    for group in bundle["manifest"]["groups"]:
        if group["slug"] in apart:
            yield _row(lang, group["name"], apart[group["slug"]])
    if len(apart) < len(groups):
        yield say(lang, "hidden")
    yield _row(lang, say(lang, "all"), total)
    grade = OUTCOMES[grade_of(bundle["manifest"]["profile"], found[1])][lang]
    yield say(lang, "score", ballot=in_words(found[0]), score=in_words(found[1]), grade=grade)


def _sums(lang: int, bundle: dict[str, Any], counts: dict[Place, Counts]) -> Iterator[str]:
    """Over all subjects, where no subject hides its part."""
    subjects = [of_subject(counts, subject["id"]) for subject in bundle["manifest"]["subjects"]]
    if any(valid(added(groups.values())) < 5 for groups in subjects):
        return
    yield ""
    yield say(lang, "town")
    for group in bundle["manifest"]["groups"]:
        if all(group["slug"] in told_apart(groups) for groups in subjects):
            yield _row(lang, group["name"], added(groups[group["slug"]] for groups in subjects))
    yield _row(lang, say(lang, "all"), added(counts.values()))


def _row(lang: int, name: str, row: Counts) -> str:
    return f"  {name}: " + " · ".join(f"{OUTCOMES[outcome][lang]} {number}" for outcome, number in row.items())


def _options(arguments: list[str]) -> tuple[int, str | None, str | None]:
    """Language, head to compare, path; no path where something else was said."""
    rest, found = list(arguments), {"--lang": "zh", "--head": ""}
    while len(rest) >= 2 and rest[0] in found:
        found[rest[0]] = rest[1]
        rest = rest[2:]
    understood = len(rest) == 1 and not rest[0].startswith("--") and found["--lang"] in ("zh", "en")
    return EN if found["--lang"] == "en" else ZH, found["--head"] or None, rest[0] if understood else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
