/** Which own changes a phone may forget: what a backup has, whole records at a time (DESIGN 5.1). */
import type { Entry } from "./change.ts";

/**
 * A backup has a change whose seq it covers. One that wrote nothing has no seq: it is covered once a later change of the
 * same replica is, for the server judges a replica's changes in their order.
 *
 * A record's changes go together: under a new name (after a restore) one that stays would oppose one that went (L3).
 *
 * `isOver`: long answered, in the mirror, and not refused.
 */
export function forgettable(
  entries: readonly Entry[],
  durable: number,
  isOver: (entry: Entry) => boolean,
  recordsOf: (entry: Entry) => string[],
): Set<Entry> {
  const covered = new Map<number, number>();
  for (const { gen, n, outcome } of entries) {
    if (outcome?.seq !== undefined && outcome.seq <= durable) covered.set(gen, Math.max(n, covered.get(gen) ?? 0));
  }
  const isCovered = ({ gen, n, outcome }: Entry): boolean =>
    outcome?.seq === undefined ? n < (covered.get(gen) ?? 0) : outcome.seq <= durable;
  const staying = entries.filter((entry) => !isOver(entry) || !isCovered(entry));
  const held = new Set(staying.flatMap(recordsOf));
  return new Set(entries.filter((entry) => !recordsOf(entry).some((record) => held.has(record))));
}
