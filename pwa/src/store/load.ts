/** Reads what is on disk into memory: everything after an unlock, only what is new after another tab wrote. */
import type { Capture, Draft } from "../contract.ts";
import type { Held } from "../domain/ballot/held.ts";
import { type Entry, type Outcome, versionOf, type WireChange } from "../domain/change.ts";
import { toProblem } from "../domain/problem.ts";
import type { Row } from "../domain/shelf.ts";
import type { StoreName, Tx } from "./idb.ts";
import { type Opened, type Progress, requireHome, type Session, startOf, type StoredBallot } from "./opened.ts";
import { relay } from "./relay.ts";
import {
  ballotLabel,
  type BallotRow,
  captureLabel,
  type CaptureRow,
  type Counter,
  draftLabel,
  type DraftRow,
  leafLabel,
  type LeafRow,
  metaLabel,
  outboxLabel,
  type OutboxRow,
  outcomeLabel,
  type OutcomeRow,
  type SealedMeta,
} from "./rows.ts";
import { fromUtf8, openWith } from "./seal.ts";

/** What could not be read. Anything here makes the phone offer an export before it mends itself. */
export interface Damage {
  session: boolean;
  mirror: string[];
  /** Keys [gen, n] of changes whose content is lost to this phone. */
  outbox: Counter[];
  other: number;
}

const ALL: StoreName[] = ["meta", "mirror", "outbox", "outcomes", "drafts", "captures", "ballots"];

const MOST_READINGS = 3;

function isGone(thrown: unknown): "store-gone" {
  if (toProblem(thrown).slug !== "store-gone") throw thrown;
  return "store-gone";
}

/**
 * Memory equals the disk, or is known to be stale; a disk that the browser has emptied gets what memory holds. A reading that
 * a commit of this tab overtook is made again, but not for ever: a tab that saves without a pause would do nothing else.
 */
export async function load(open: Opened): Promise<Damage> {
  for (let reading = 1; ; reading += 1) {
    const commits = open.commits;
    const raw = await readAll(open).catch(isGone);
    if (raw === "store-gone") {
      await relay(open);
      continue;
    }
    const read = await unseal(open, raw);
    if (open.commits !== commits) {
      if (reading < MOST_READINGS || open.tick < 0) continue;
      open.stale = true;
      return read.damage;
    }
    if (open.tick >= 0 && read.progress && read.progress.epoch !== open.progress.epoch) {
      forget(open, read.progress.epoch);
      continue;
    }
    show(open, raw, read);
    return read.damage;
  }
}

type Raw = Exclude<Awaited<ReturnType<typeof readAll>>, string>;
type Read = Awaited<ReturnType<typeof unseal>>;

function readAll(open: Opened) {
  const known = open.tick;
  const entries = new Map(open.shelf.entries.map((entry) => [`${entry.gen}/${entry.n}`, entry]));
  return open.cellar.read(ALL, async (tx) => {
    if (known >= 0) await requireHome(tx, open.vaultRow);
    const tick = (await tx.get<number>("meta", "tick")) ?? 0;
    const mirror = known < 0 ? await tx.all<LeafRow>("mirror") : await tx.newer<LeafRow>("mirror", "tick", known);
    return {
      tick,
      counter: (await tx.get<Counter>("meta", "counter")) ?? { gen: 0, n: 0 },
      session: await tx.get<SealedMeta>("meta", "session"),
      progress: await tx.get<SealedMeta>("meta", "progress"),
      mirror,
      leafIds: (await tx.keys("mirror")) as number[],
      outbox: known < 0 ? await tx.all<OutboxRow>("outbox") : await outboxBeside(tx, entries),
      outcomes: await tx.all<OutcomeRow>("outcomes"),
      drafts: await tx.all<DraftRow>("drafts"),
      captures: await tx.all<CaptureRow>("captures"),
      ballots: await tx.all<BallotRow>("ballots"),
    };
  });
}

/** The outbox with what is known already: a change under its number never changes, so only new numbers are read. */
async function outboxBeside(tx: Tx, known: Map<string, Entry>): Promise<(OutboxRow | Entry)[]> {
  const keys = (await tx.keys("outbox")) as [number, number][];
  const rows = await Promise.all(keys.map(([gen, n]) => known.get(`${gen}/${n}`) ?? tx.get<OutboxRow>("outbox", [gen, n])));
  return present<OutboxRow | Entry>(rows);
}

async function unseal(open: Opened, raw: Raw) {
  const damage: Damage = { session: false, mirror: [], outbox: [], other: 0 };
  const { sealer } = open.vault;
  const spoilt = (note: () => void) => () => {
    note();
    return undefined;
  };
  const session =
    raw.session &&
    (await sealer
      .openJson<Session>(metaLabel("session", raw.session.v), raw.session)
      .catch(spoilt(() => (damage.session = true))));
  const progress =
    raw.progress &&
    (await sealer
      .openJson<Progress>(metaLabel("progress", raw.progress.v), raw.progress)
      .catch(spoilt(() => damage.mirror.push("progress"))));
  const leaves = await Promise.all(
    raw.mirror.map((leaf) => leafOf(open, leaf).catch(spoilt(() => damage.mirror.push(`leaf ${leaf.id}`)))),
  );
  const entries = await Promise.all(
    raw.outbox.map((row) => entryOf(open, row).catch(spoilt(() => damage.outbox.push({ gen: row.gen, n: row.n })))),
  );
  const outcomes = await Promise.all(raw.outcomes.map((row) => outcomeOf(open, row).catch(spoilt(() => (damage.other += 1)))));
  const drafts = await Promise.all(raw.drafts.map((row) => draftOf(open, row).catch(spoilt(() => (damage.other += 1)))));
  const captures = await Promise.all(raw.captures.map((row) => captureOf(open, row).catch(spoilt(() => (damage.other += 1)))));
  const ballots = await Promise.all(raw.ballots.map((row) => ballotOf(open, row).catch(spoilt(() => (damage.other += 1)))));
  return {
    damage,
    session,
    progress,
    leaves: present(leaves),
    entries: present(entries),
    outcomes: new Map(present(outcomes)),
    drafts: present(drafts),
    captures: present(captures),
    ballots: present(ballots),
  };
}

/** Another tab went through a rebuild: numbers may have gone back, so nothing read before it counts. */
function forget(open: Opened, epoch: string): void {
  open.shelf.clearRows();
  open.leaves.clear();
  open.tick = -1;
  open.progress = { ...open.progress, epoch };
}

function show(open: Opened, raw: Raw, read: Read): void {
  const shelf = open.shelf;
  shelf.setEntries(
    read.entries.map((entry) => {
      const { gen, n } = entry;
      const outcome = read.outcomes.get(entry.wire.change);
      return Object.assign(shelf.byChange(entry.wire.change) ?? entry, { gen, n, outcome });
    }),
  );
  for (const id of open.leaves.reread(read.leaves, new Set(raw.leafIds))) shelf.dropRow(id);
  for (const { rows } of read.leaves)
    for (const row of rows) if ((shelf.rows.get(row.id)?.seq ?? -1) < row.seq) shelf.putRow(row);
  open.drafts.clear();
  for (const draft of read.drafts) open.drafts.set(draft.key, draft);
  open.captures.clear();
  for (const capture of read.captures) open.captures.set(capture.id, capture);
  open.ballots.clear();
  for (const ballot of read.ballots) open.ballots.set(ballot.held.round, ballot);
  open.session = read.session;
  open.progress = read.progress ?? startOf(open.progress.epoch);
  open.version = raw.progress?.v ?? 0;
  open.counter = raw.counter;
  open.tick = raw.tick;
  open.stale = false;
  open.reach();
}

async function leafOf(open: Opened, leaf: LeafRow): Promise<{ id: number; v: number; rows: Row[] }> {
  return { id: leaf.id, v: leaf.v, rows: await open.vault.sealer.openJson<Row[]>(leafLabel(leaf.id, leaf.v), leaf) };
}

async function entryOf(open: Opened, row: OutboxRow | Entry): Promise<Entry> {
  if ("wire" in row) return { ...row };
  const known = open.shelf.byChange(row.change);
  if (known) return { ...known, gen: row.gen, n: row.n };
  const { hash, text } = await open.vault.sealer.openJson<{ hash: string; text: string }>(outboxLabel(row.change), row);
  return { gen: row.gen, n: row.n, hash, text, wire: JSON.parse(text) as WireChange };
}

async function outcomeOf(open: Opened, row: OutcomeRow): Promise<[string, Outcome]> {
  const known = open.shelf.byChange(row.change)?.outcome;
  if (known && versionOf(known) === row.v) return [row.change, known];
  return [row.change, await open.vault.sealer.openJson<Outcome>(outcomeLabel(row.change, row.v), row)];
}

async function draftOf(open: Opened, row: DraftRow): Promise<Draft & { id: string; v: number }> {
  const draft = await open.vault.sealer.openJson<Draft>(draftLabel(row.id, row.v), row);
  return { ...draft, id: row.id, v: row.v };
}

async function captureOf(open: Opened, row: CaptureRow): Promise<Capture> {
  const known = open.captures.get(row.id);
  if (known) return known;
  const bytes = await openWith(open.ports.crypto, open.vault.device, open.vaultRow.device.publicRaw, captureLabel(row.id), row);
  return { id: row.id, ...(JSON.parse(fromUtf8(bytes)) as { text: string; at_ms: number }) };
}

async function ballotOf(open: Opened, { id, v, due: _due, ...box }: BallotRow): Promise<StoredBallot> {
  const known = [...open.ballots.values()].find((ballot) => ballot.id === id && ballot.v === v);
  return known ?? { id, v, held: await open.vault.sealer.openJson<Held>(ballotLabel(id, v), box) };
}

function present<T>(list: (T | undefined)[]): T[] {
  return list.filter((item): item is T => item !== undefined);
}
