/** A new replica takes over: the same changes, the same change ids, new numbers from 1 (DESIGN 5.1). */
import type { Entry } from "../domain/change.ts";
import { isDropped } from "../domain/overlay.ts";
import { load } from "./load.ts";
import { dropOf, nextTick, type Opened, type Progress, type Session } from "./opened.ts";
import { counterOf } from "./outbox.ts";
import { metaLabel, type OutboxRow } from "./rows.ts";

/** What goes up again: unacknowledged or not yet pulled, and what still lies refused. `all`: the server has forgotten more. */
export function toRenumber(open: Opened, all: boolean): Entry[] {
  const { shelf } = open;
  if (all) return shelf.entries;
  return shelf.entries.filter((entry) => !isDropped(entry, shelf.reached) || shelf.stateOf(entry) === "quarantined");
}

/** Session, counter and numbers change in one transaction, also for changes that another tab saved meanwhile. False: another tab was quicker. */
export async function becomeReplica(open: Opened, session: Session, progress: Progress, entries: Entry[]): Promise<boolean> {
  const { sealer } = open.vault;
  const moved = new Map(entries.map((entry) => [entry.wire.change, entry]));
  const known = new Set(open.shelf.entries.map((entry) => entry.wire.change));
  const v = open.version + 1;
  const sealed = await sealer.sealJson(metaLabel("session", v), session);
  const notes = await sealer.sealJson(metaLabel("progress", v), progress);
  const tick = await open.cellar.write(["meta", "outbox", "outcomes"], async (tx) => {
    if (((await tx.get<{ v: number }>("meta", "progress"))?.v ?? 0) !== v - 1) return undefined;
    const counter = await counterOf(tx);
    const rows = (await tx.all<OutboxRow>("outbox")).filter((row) => moved.has(row.change) || !known.has(row.change));
    const gen = counter.gen + 1;
    for (const row of rows) {
      tx.delete("outbox", [row.gen, row.n]);
      tx.delete("outcomes", row.change);
    }
    for (const [at, row] of rows.entries()) tx.put("outbox", { ...row, gen, n: at + 1 });
    tx.put("meta", { gen, n: rows.length }, "counter");
    tx.put("meta", { v, ...sealed }, "session");
    tx.put("meta", dropOf(session, gen), "drop");
    tx.put("meta", { v, ...notes }, "progress");
    return nextTick(tx, open.vaultRow);
  });
  open.stale = true;
  if (tick === undefined) return false;
  open.version = v;
  open.committed(tick);
  await load(open);
  return true;
}
