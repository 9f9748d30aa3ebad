"""`zoufang demo` loads the demo township; `zoufang doctor` recomputes what every township must hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from server.cli.opened import json_option, now_ms, opened, say, township_option
from server.commands.doctor import doctor as examine
from server.demo.expected import compare
from server.demo.load import load_demo
from server.domain.doctor import Line, Totals
from server.domain.replicas import Tenant
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.townships import load_tenants

MARKS = {True: "✓", False: "✗", None: "·"}


@click.command()
@json_option
def demo(as_json: bool) -> None:
    """Load the demo township 云台镇; loading it again changes nothing."""
    with opened():
        loaded = load_demo(KINDS, now_ms())
    new = f"云台镇 is loaded: {loaded.changes} changes pushed, the feed is at {loaded.head}"
    old = f"云台镇 was there already and nothing changed; the feed is at {loaded.head}"
    say(as_json, asdict(loaded), new if loaded.new else old)


@click.command()
@township_option
@json_option
def doctor(township: str | None, as_json: bool) -> int:
    """Recompute from the database what must be true; ends with 1 if anything is not."""
    with opened():
        found = [_examined(tenant) for tenant in _tenants(township)]
    ok = all(one.ok for one in found)
    say(as_json, {"ok": ok, "townships": [one.data() for one in found]}, "\n".join(one.words() for one in found))
    return 0 if ok else 1


@dataclass(frozen=True, slots=True)
class Examined:
    """One township: what was checked, what was compared with the written demo, and its totals by year."""

    tenant: Tenant
    checked: Sequence[Line]
    compared: Sequence[Line]
    totals: Mapping[int, Totals]

    @property
    def ok(self) -> bool:
        return all(line.ok is not False for line in (*self.checked, *self.compared))

    def data(self) -> dict[str, Any]:
        return {
            "township": self.tenant.id,
            "name": self.tenant.name,
            "ok": self.ok,
            "lines": [asdict(line) for line in (*self.checked, *self.compared)],
            "totals": {str(year): asdict(totals) for year, totals in self.totals.items()},
        }

    def words(self) -> str:
        head = f"{self.tenant.name} ({self.tenant.region_code}): {'all is well' if self.ok else 'something is wrong'}"
        checked = [_words(line) for line in self.checked]
        totals = [_total_words(year, totals, self.as_written(year)) for year, totals in self.totals.items()]
        return "\n".join([head, *checked, *totals, *(_words(line) for line in self.compared if not line.ok)])

    def as_written(self, year: int) -> bool | None:
        """Whether the year holds what was written for it; None where nothing was, or people went on from there."""
        found = [line.ok for line in self.compared if line.name.startswith(f"{year} ")]
        return False if False in found else None if None in found or not found else True


def _tenants(wanted: str | None) -> list[Tenant]:
    with reading() as connection:
        tenants = load_tenants(connection)
    chosen = [tenant for tenant in tenants if wanted in (None, tenant.id, tenant.region_code, tenant.name)]
    if not chosen:
        raise click.ClickException(f"no township {wanted!r}" if wanted else "there is no township yet")
    return chosen


def _examined(tenant: Tenant) -> Examined:
    """The demo is also compared with what was written for it."""
    report = examine(KINDS, tenant, now_ms())
    written = compare(report.totals, report.writers) if tenant.is_demo else []
    return Examined(tenant, report.lines, written, report.totals)


def _words(line: Line) -> str:
    detail = f" ({line.detail})" if line.detail else ""
    return f"  {MARKS[line.ok]} {line.name}: {line.value}{detail}"


def _total_words(year: int, t: Totals, as_written: bool | None) -> str:
    said = (
        f"visits {t.visits}, made offline {t.offline}",
        f"interviews {t.interviews} = {t.members} + {t.others}",
        f"villages {t.visited} of {t.villages}",
        f"conflicts {t.conflicts}, open {t.conflicts_open}",
        f"duplicate pairs {t.duplicate_pairs}",
    )
    return f"  {MARKS[as_written]} {year}: {' · '.join(said)}"
