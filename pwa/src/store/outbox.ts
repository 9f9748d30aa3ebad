/** The outbox on disk: numbers are taken and changes put in one strict transaction, after everything slow is done. */
import { canonical } from "../domain/canonical.ts";
import { clean, type Entry, type Outcome, versionOf, type WireChange, type Wish } from "../domain/change.ts";
import { uuid7 } from "../domain/ids.ts";
import { forgettable } from "../domain/keeping.ts";
import { isDropped } from "../domain/overlay.ts";
import { SCHEMA_VERSION } from "../domain/kinds.ts";
import { problem } from "../domain/problem.ts";
import { hiddenName } from "./notes.ts";
import type { Tx } from "./idb.ts";
import { nextTick, type Opened } from "./opened.ts";
import { type Counter, outboxLabel, outcomeLabel, type OutcomeRow } from "./rows.ts";
import { type Box, utf8 } from "./seal.ts";

interface Composed {
  wire: WireChange;
  text: string;
  hash: string;
  box: Box;
}

/**
 * Every wish is a numbered change on disk and in memory, and the draft and the refused change they stand for are gone, or
 * nothing happened at all.
 *
 * Raises: change-too-large, invalid-change, storage-full
 */
export async function save(open: Opened, wishes: Wish[], draft?: string, givesUp?: Entry): Promise<Entry[]> {
  const composed = await Promise.all(wishes.map((wish) => compose(open, wish)));
  const drafted = draft === undefined ? undefined : await hiddenName(open, draft);
  const given = givesUp?.outcome && { ...givesUp.outcome, let_go: true };
  const givenRow = givesUp && given && (await outcomeRow(open, givesUp, given));
  const [first, tick] = await open.cellar.write(["meta", "outbox", "outcomes", "drafts"], async (tx) => {
    if (draft !== undefined) open.dropsDraft(draft);
    const counter = await counterOf(tx);
    for (const [at, { wire, box }] of composed.entries()) {
      tx.put("outbox", { gen: counter.gen, n: counter.n + 1 + at, change: wire.change, ...box });
    }
    if (drafted !== undefined) tx.delete("drafts", drafted);
    if (givenRow) tx.put("outcomes", givenRow);
    tx.put("meta", { gen: counter.gen, n: counter.n + composed.length }, "counter");
    return [counter, await nextTick(tx, open.vaultRow)] as const;
  });
  open.committed(tick);
  open.counter = { gen: first.gen, n: Math.max(first.n + composed.length, open.counter.gen === first.gen ? open.counter.n : 0) };
  if (draft !== undefined) open.drafts.delete(draft);
  if (givesUp && given) {
    givesUp.outcome = given;
    open.shelf.changed(undefined);
  }
  const entries = composed.map(({ wire, text, hash }, at) => ({ gen: first.gen, n: first.n + 1 + at, hash, text, wire }));
  for (const entry of entries) open.shelf.addEntry(entry);
  return entries;
}

/** Everything slow, before the transaction: a transaction closes while WebCrypto is awaited. */
async function compose(open: Opened, wish: Wish): Promise<Composed> {
  const now = open.ports.now();
  const wire: WireChange = clean({
    ...wish,
    change: uuid7(now, open.ports.crypto.getRandomValues(new Uint8Array(16))),
    schema_version: SCHEMA_VERSION,
    captured_at_ms: Math.round(now),
    clock_offset_ms: Math.round(open.progress.offset_ms),
  });
  const text = readable(wire);
  const bytes = utf8(text);
  const most = open.session?.limits.change_bytes ?? 262144;
  if (bytes.length > most)
    throw problem("change-too-large", "this is too much for one entry", { detail: `${bytes.length} > ${most} bytes` });
  const hash = await hashOf(open.ports.crypto, text);
  return { wire, text, hash, box: await open.vault.sealer.sealJson(outboxLabel(wire.change), { hash, text }) };
}

function readable(wire: WireChange): string {
  try {
    return canonical(wire);
  } catch (thrown) {
    throw problem("invalid-change", "this entry cannot be written down", { detail: String(thrown) });
  }
}

/** 96 bits of SHA-256 over the canonical text, as 24 hex digits. */
export async function hashOf(crypto: Crypto, text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text)));
  return Array.from(digest.subarray(0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Each outcome is on disk beside its change. False: another tab renumbered the changes meanwhile, nothing was written. */
export async function putOutcomes(open: Opened, gen: number, heard: { entry: Entry; outcome: Outcome }[]): Promise<boolean> {
  const rows = await Promise.all(heard.map(({ entry, outcome }) => outcomeRow(open, entry, outcome)));
  const tick = await open.cellar.write(["meta", "outcomes"], async (tx) => {
    if ((await counterOf(tx)).gen !== gen) return undefined;
    for (const row of rows) tx.put("outcomes", row);
    return nextTick(tx, open.vaultRow);
  });
  if (tick === undefined) return false;
  for (const { entry, outcome } of heard) entry.outcome = outcome;
  open.committed(tick);
  open.shelf.changed(undefined);
  return true;
}

export async function outcomeRow(open: Opened, entry: Entry, outcome: Outcome): Promise<OutcomeRow> {
  const v = versionOf(outcome);
  const change = entry.wire.change;
  return { change, v, ...(await open.vault.sealer.sealJson(outcomeLabel(change, v), outcome)) };
}

/** The server waits for `from`: every own change at or after it is to be sent again. */
export async function forgetOutcomes(open: Opened, which: (entry: Entry) => boolean): Promise<void> {
  const entries = open.shelf.entries.filter((entry) => entry.outcome && which(entry));
  const tick = await open.cellar.write(["meta", "outcomes"], async (tx) => {
    for (const entry of entries) tx.delete("outcomes", entry.wire.change);
    return nextTick(tx, open.vaultRow);
  });
  for (const entry of entries) delete entry.outcome;
  open.committed(tick);
  open.shelf.changed(undefined);
}

const KEPT_MS = 30 * 24 * 3600 * 1000;

/** Records whose own changes all lie in a backup and arrived 30 days of server time ago keep none of them; nothing else goes. */
export async function prune(open: Opened): Promise<number> {
  const { durable_seq: durable, server_ms: now } = open.progress;
  if (durable === null) return 0;
  const { shelf } = open;
  const isOver = (entry: Entry): boolean =>
    (entry.outcome?.heard_at_ms ?? now) + KEPT_MS <= now &&
    isDropped(entry, shelf.reached) &&
    shelf.stateOf(entry) !== "quarantined";
  const gone = forgettable(shelf.entries, durable, isOver, (entry) => shelf.recordsOf(entry));
  if (gone.size === 0) return 0;
  const tick = await open.cellar.write(["meta", "outbox", "outcomes"], async (tx) => {
    for (const entry of gone) {
      tx.delete("outbox", [entry.gen, entry.n]);
      tx.delete("outcomes", entry.wire.change);
    }
    return nextTick(tx, open.vaultRow);
  });
  open.shelf.setEntries(open.shelf.entries.filter((entry) => !gone.has(entry)));
  open.committed(tick);
  return gone.size;
}

export async function counterOf(tx: Tx): Promise<Counter> {
  return (await tx.get<Counter>("meta", "counter")) ?? { gen: 0, n: 0 };
}
