/** After a withdrawal of consent the phone keeps nothing of what was said: its own changes lie emptied, under their old hash. */
import { canonical } from "../domain/canonical.ts";
import type { Entry, WireChange } from "../domain/change.ts";
import { isDropped } from "../domain/overlay.ts";
import type { Shelf } from "../domain/shelf.ts";
import { emptied, isTakenBack, takingBack } from "../domain/withdrawal.ts";
import { KINDS } from "../domain/kinds.ts";
import { nextTick, type Opened } from "./opened.ts";
import { outboxLabel, type OutboxRow } from "./rows.ts";

/** What the mirror says was taken back is gone from every change that the server has dealt with; how many said it. */
export async function eraseTakenBack(open: Opened): Promise<number> {
  const found = entriesAbout(open.shelf)
    .map((entry) => ({ entry, wire: emptied(entry.wire) }))
    .filter(({ entry, wire }) => wire !== entry.wire && isDropped(entry, open.shelf.reached));
  if (found.length === 0) return 0;
  const rows = await Promise.all(found.map(({ entry, wire }) => sealed(open, entry, wire)));
  const tick = await open.cellar.write(["meta", "outbox"], async (tx) => {
    for (const row of rows) {
      const there = await tx.get<OutboxRow>("outbox", [row.gen, row.n]);
      if (there?.change === row.change) tx.put("outbox", row);
    }
    return nextTick(tx, open.vaultRow);
  });
  for (const { entry, wire } of found) Object.assign(entry, { wire, text: canonical(wire) });
  open.shelf.changed(undefined);
  open.committed(tick);
  return found.length;
}

function entriesAbout(shelf: Shelf): Entry[] {
  const kinds = Object.keys(KINDS).filter(takingBack);
  const ids = kinds.flatMap((kind) => [...shelf.idsOf(kind)].map((id) => shelf.rows.get(id)));
  const taken = ids.filter((row) => row !== undefined && isTakenBack(row.kind, row.fields));
  return taken.flatMap((row) => (row ? shelf.familyOf(row.id, row.kind) : [])).flatMap((id) => shelf.entriesOf(id));
}

async function sealed(open: Opened, { gen, n, hash }: Entry, wire: WireChange): Promise<OutboxRow> {
  const box = await open.vault.sealer.sealJson(outboxLabel(wire.change), { hash, text: canonical(wire) });
  return { gen, n, change: wire.change, ...box };
}
