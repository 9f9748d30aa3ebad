"""The app's table of traditional and simplified characters is what OpenCC says today."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

APP = Path(__file__).parents[2] / "pwa"


def test_the_table_of_the_app_is_not_stale(tmp_path: Path) -> None:
    script = runpy.run_path(str(APP / "scripts/folds.py"))
    script["main"].__globals__["TARGET"] = tmp_path / "folds.json"
    script["main"]()
    assert json.loads((tmp_path / "folds.json").read_text()) == json.loads((APP / "src/domain/folds.json").read_text())


def test_the_table_folds_what_names_are_made_of() -> None:
    signs = json.loads((APP / "src/domain/folds.json").read_text())
    folds = dict(zip(signs[::2], signs[1::2], strict=True))
    assert [folds[sign] for sign in "鎮黨書記莊溝"] == list("镇党书记庄沟")
    assert not set("犇喆甪堽垚") & set(folds)
