/**
 * The mirror lies on disk in leaves of up to forty rows, each one sealed box: opening 5,000 rows one by one takes a cheap
 * phone four times as long. A row stays on its leaf; a leaf whose rows change or leave is sealed anew without them.
 */
import type { Row } from "../domain/shelf.ts";
import type { Tx } from "./idb.ts";
import { leafLabel, type LeafRow } from "./rows.ts";
import type { Box, Sealer } from "./seal.ts";

const ROWS_ON_A_LEAF = 40;

interface Leaf {
  v: number;
  ids: Set<string>;
}
interface SealedLeaf {
  id: number;
  v: number;
  ids: Set<string>;
  box?: Box;
}

export class Leaves {
  private readonly leaves = new Map<number, Leaf>();
  private readonly leafOf = new Map<string, number>();

  clear(): void {
    this.leaves.clear();
    this.leafOf.clear();
  }

  /** Leaves as they have to be on disk after these rows came and those went; a leaf without a box is to be deleted. */
  async sealed(sealer: Sealer, rows: Map<string, Row>, put: Row[], gone: string[]): Promise<SealedLeaf[]> {
    const touched = this.touchedBy(put, gone);
    const fresh = new Map(put.map((row) => [row.id, row]));
    return Promise.all(
      [...touched].map(async ([id, ids]) => {
        const v = (this.leaves.get(id)?.v ?? 0) + 1;
        if (ids.size === 0) return { id, v, ids };
        const content = [...ids].map((row) => fresh.get(row) ?? rows.get(row));
        return { id, v, ids, box: await sealer.sealJson(leafLabel(id, v), content) };
      }),
    );
  }

  write(tx: Tx, tick: number, sealed: SealedLeaf[]): void {
    for (const { id, v, box } of sealed) {
      if (box) tx.put("mirror", { id, v, tick, ...box } satisfies LeafRow);
      else tx.delete("mirror", id);
    }
  }

  /** After the commit: where every row lies now. */
  note(sealed: { id: number; v: number; ids: Set<string> }[]): void {
    for (const { id, v, ids } of sealed) {
      for (const row of this.leaves.get(id)?.ids ?? []) if (this.leafOf.get(row) === id) this.leafOf.delete(row);
      if (ids.size === 0) this.leaves.delete(id);
      else this.leaves.set(id, { v, ids });
    }
    for (const { id, ids } of sealed) for (const row of ids) this.leafOf.set(row, id);
  }

  /** What another tab wrote: leaves that were read, and those no longer there. Gives the ids that lie on no leaf any more. */
  reread(read: { id: number; v: number; rows: Row[] }[], there: Set<number>): string[] {
    const before = [...this.leafOf.keys()];
    const missing = [...this.leaves.keys()].filter((id) => !there.has(id)).map((id) => ({ id, v: 0, ids: new Set<string>() }));
    this.note([...missing, ...read.map(({ id, v, rows }) => ({ id, v, ids: new Set(rows.map((row) => row.id)) }))]);
    return before.filter((id) => !this.leafOf.has(id));
  }

  private touchedBy(put: Row[], gone: string[]): Map<number, Set<string>> {
    const touched = new Map<number, Set<string>>();
    const leaf = (id: number): Set<string> => {
      const ids = touched.get(id) ?? new Set(this.leaves.get(id)?.ids);
      touched.set(id, ids);
      return ids;
    };
    for (const id of gone) {
      const at = this.leafOf.get(id);
      if (at !== undefined) leaf(at).delete(id);
    }
    let last = Math.max(0, ...this.leaves.keys());
    for (const row of put) {
      const at = this.leafOf.get(row.id);
      if (at !== undefined) leaf(at);
      else {
        if (leaf(last).size >= ROWS_ON_A_LEAF || last === 0) last += 1;
        leaf(last).add(row.id);
      }
    }
    touched.delete(0);
    return touched;
  }
}
