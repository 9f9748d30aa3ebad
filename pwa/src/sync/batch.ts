/** Which changes go into one push. Pure. */
import type { Entry } from "../domain/change.ts";

/**
 * The first waiting changes, at most `most` and `bytes`; a group is never split, and the first unit always goes. It ends before
 * a number that is not here: another tab has taken it, and this one has yet to read it.
 */
export function nextBatch(waiting: Entry[], most: number, bytes: number): Entry[] {
  const batch: Entry[] = [];
  let size = 0;
  for (const unit of units(waiting)) {
    const more = unit.reduce((sum, entry) => sum + sizeOf(entry), 0);
    if (batch.length > 0 && (batch.length + unit.length > most || size + more > bytes || !follows(batch, unit))) break;
    batch.push(...unit);
    size += more;
  }
  return batch;
}

function follows(batch: Entry[], unit: Entry[]): boolean {
  const [last, first] = [batch[batch.length - 1], unit[0]];
  return last?.gen !== first?.gen || first?.n === (last?.n ?? 0) + 1;
}

function units(waiting: Entry[]): Entry[][] {
  const found: Entry[][] = [];
  for (const entry of waiting) {
    const last = found[found.length - 1];
    const group = entry.wire.group;
    if (group !== undefined && last?.[0]?.wire.group === group) last.push(entry);
    else found.push([entry]);
  }
  return found;
}

/** Bytes on the wire are at most three times the length of a text; most of ours are Chinese. */
function sizeOf(entry: Entry): number {
  return entry.text.length * 3 + 80;
}

/** So much of an epoch tells it from every other. */
const EPOCH_DIGITS = 12;

/** The hashed text as it is, with the two keys that are not hashed put in front; before all, the history it is meant for. */
export function pushBody(epoch: string, entries: Entry[]): string {
  const mark = JSON.stringify(epoch.slice(0, EPOCH_DIGITS));
  return `{"epoch":${mark},"changes":[${entries.map(({ n, hash, text }) => `{"n":${n},"hash":"${hash}",${text.slice(1)}`).join(",")}]}`;
}
