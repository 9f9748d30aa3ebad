/** The mirror on disk: a page and its cursor are one transaction; a rebuild empties it and touches nothing else (L16). */
import type { Fields } from "../contract.ts";
import type { Row } from "../domain/shelf.ts";
import type { Tx } from "./idb.ts";
import { type Leaving, nextTick, type Opened, type Progress, startOf } from "./opened.ts";
import { metaLabel } from "./rows.ts";

/** One line of a pulled page, as the wire has it. */
export interface PulledRow {
  seq: number;
  kind: string;
  record: string;
  scope?: string;
  fields?: Fields;
  deleted?: boolean;
  gone?: string;
  unreadable?: boolean;
  created_by?: string;
  created_at_ms?: number;
  updated_by?: string;
  updated_at_ms?: number;
}

export interface PageChanges {
  rows: PulledRow[];
  /** Scopes that this replica may no longer read; their rows leave the phone (L15). */
  dropped: string[];
  /** Whether another page follows. */
  more?: boolean;
}

/**
 * The page is in the mirror together with where the sync is now. False: another tab was quicker, nothing was written.
 *
 * What left a scope goes with the last page: a record that only moved stays on the screen until its new row is there (L10).
 */
export async function putPage(open: Opened, page: PageChanges, notes: Progress): Promise<boolean> {
  const leaving = [...(open.progress.leaving ?? []), ...leavingsOf(page.rows)];
  const { put, gone } = decide(open, page, page.more ? [] : leaving);
  const progress: Progress = { ...notes, leaving: page.more && leaving.length > 0 ? leaving : undefined };
  const leaves = await open.leaves.sealed(open.vault.sealer, open.shelf.rows, put, gone);
  const tick = await withProgress(open, progress, (tx, tick) => open.leaves.write(tx, tick, leaves));
  if (tick === undefined) return false;
  open.leaves.note(leaves);
  for (const row of put) open.shelf.putRow(row);
  for (const id of gone) open.shelf.dropRow(id);
  open.progress = progress;
  open.committed(tick);
  open.reach();
  return true;
}

/** The mirror and the cursor are gone; outbox, outcomes, drafts and captures are as they were (L16). */
export async function emptyMirror(open: Opened, epoch: string, must_register = open.progress.must_register): Promise<boolean> {
  const { offset_ms, server_ms, roles, lost } = open.progress;
  const progress = { ...startOf(epoch), offset_ms, server_ms, roles, lost, must_register };
  const tick = await withProgress(open, progress, (tx) => tx.clear("mirror"));
  if (tick === undefined) return false;
  open.shelf.clearRows();
  open.leaves.clear();
  open.progress = progress;
  open.committed(tick);
  open.reach();
  return true;
}

/** Only the notes of the sync are written. */
export async function putProgress(open: Opened, progress: Progress): Promise<boolean> {
  const tick = await withProgress(open, progress, () => undefined);
  if (tick === undefined) return false;
  open.progress = progress;
  open.committed(tick);
  open.reach();
  return true;
}

async function withProgress(open: Opened, progress: Progress, work: (tx: Tx, tick: number) => void): Promise<number | undefined> {
  const v = open.version + 1;
  const box = await open.vault.sealer.sealJson(metaLabel("progress", v), progress);
  const tick = await open.cellar.write(
    ["meta", "mirror"],
    async (tx) => {
      const stored = (await tx.get<{ v: number }>("meta", "progress"))?.v ?? 0;
      if (stored !== v - 1) return undefined;
      const next = await nextTick(tx, open.vaultRow);
      tx.put("meta", { v, ...box }, "progress");
      work(tx, next);
      return next;
    },
    "relaxed",
  );
  if (tick === undefined) open.stale = true;
  else open.version = v;
  return tick;
}

function leavingsOf(rows: PulledRow[]): Leaving[] {
  return rows.flatMap(({ record, seq, gone }) => (gone === undefined ? [] : [{ record, seq, scope: gone }]));
}

/** What a page does to the rows at hand. A row moves only forward; a leaving removes only what still lies in that scope. */
function decide(open: Opened, page: PageChanges, leaving: Leaving[]): { put: Row[]; gone: string[] } {
  const dropped = new Set(page.dropped);
  const after = new Map<string, Row | undefined>();
  const at = (id: string): Row | undefined => (after.has(id) ? after.get(id) : open.shelf.rows.get(id));
  for (const [id, row] of open.shelf.rows) if (dropped.has(row.scope)) after.set(id, undefined);
  for (const pulled of page.rows) {
    const known = at(pulled.record);
    if (pulled.gone === undefined && (!known || known.seq <= pulled.seq))
      after.set(pulled.record, rowOf(pulled, known ?? open.shelf.rows.get(pulled.record)));
  }
  for (const { record, seq, scope } of leaving) {
    const known = at(record);
    if (known?.scope === scope && known.seq <= seq) after.set(record, undefined);
  }
  const put = [...after.values()].filter((row): row is Row => row !== undefined);
  const gone = [...after].filter(([id, row]) => row === undefined && open.shelf.rows.has(id)).map(([id]) => id);
  return { put, gone };
}

/** A deleted row keeps its place and its kind, so that it can be restored; its content leaves the phone. What the server can no longer open stays here as it was. */
function rowOf(pulled: PulledRow, known: Row | undefined): Row {
  const deleted = pulled.deleted === true;
  return {
    id: pulled.record,
    kind: pulled.kind,
    scope: pulled.scope ?? known?.scope ?? "",
    seq: pulled.seq,
    fields: deleted ? {} : pulled.unreadable ? (known?.fields ?? {}) : (pulled.fields ?? {}),
    deleted,
    ...(pulled.unreadable && { unreadable: true }),
    created_by: pulled.created_by ?? known?.created_by ?? "",
    created_at_ms: pulled.created_at_ms ?? known?.created_at_ms ?? 0,
    updated_by: pulled.updated_by ?? known?.updated_by ?? "",
    updated_at_ms: pulled.updated_at_ms ?? known?.updated_at_ms ?? 0,
  };
}
