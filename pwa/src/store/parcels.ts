/**
 * What a phone can hand in without its passphrase: rows as they lie, and the data key for the township's recovery key.
 * The copy of the key that a passphrase opens never leaves, or somebody could guess at it elsewhere.
 */
import type { Bundle } from "./backup.ts";
import { bundleOf } from "./backup.ts";
import type { Cellar, Tx } from "./idb.ts";
import type { CaptureRow, DraftRow, Drop, OutboxRow } from "./rows.ts";
import { type PublicBox, toBase64 } from "./seal.ts";
import type { VaultRow } from "./vault.ts";

const MOST_ROWS = 200;
/** Base64 of the sealed bytes of one parcel; a single larger row goes alone. */
const MOST_CHARS = 400_000;

/** What one vault of this phone has not handed in yet. */
export interface Unsent {
  drop: Drop;
  vault: VaultRow & { recovery: PublicBox };
  outbox: OutboxRow[];
  drafts: DraftRow[];
  captures: CaptureRow[];
}

/** One request. `keys` name its rows in the list of what was handed in. */
export interface Parcel {
  text: string;
  keys: string[];
}

/** Names of rows whose receipt was heard, in `meta`. */
export interface Handed {
  keys: string[];
}

const STORES = ["meta", "outbox", "outcomes", "drafts", "captures", "attic"] as const;

/** `own`: the present owner's rows, too, not only those that lie in the attic. A vault without a recovery copy has none. */
export async function unsent(cellar: Cellar, own: boolean): Promise<Unsent[]> {
  const [bundles, handed] = await cellar.read([...STORES], async (tx) => {
    const present = own ? [await bundleOf(tx)] : [];
    return [[...present, ...(await tx.all<Bundle>("attic"))], await handedOf(tx)] as const;
  });
  return bundles.flatMap((bundle) => {
    const { drop, vault } = bundle;
    if (!drop || !vault?.recovery) return [];
    const left = leftOf(bundle, handed);
    return left.outbox.length + left.drafts.length + left.captures.length === 0 ? [] : [{ drop, vault: { ...vault, recovery: vault.recovery }, ...left }];
  });
}

/** The rows of a bundle that neither have an outcome nor were handed in. */
export function leftOf(bundle: Bundle, handed: Set<string>): Pick<Unsent, "outbox" | "drafts" | "captures"> {
  const answered = new Set(bundle.outcomes.map((row) => row.change));
  return {
    outbox: bundle.outbox.filter((row) => !answered.has(row.change) && !handed.has(changeKey(row))),
    drafts: bundle.drafts.filter((row) => !handed.has(draftKey(row))),
    captures: bundle.captures.filter((row) => !handed.has(captureKey(row))),
  };
}

/** Requests with at most 200 rows each; the same rows always make the same bytes, so that the server knows them again. */
export function parcelsOf(left: Unsent): Parcel[] {
  const rows = [
    ...[...left.outbox].sort((a, b) => a.gen - b.gen || a.n - b.n).map((row) => ({ kind: "outbox", key: changeKey(row), row })),
    ...left.drafts.map((row) => ({ kind: "drafts", key: draftKey(row), row })),
    ...left.captures.map((row) => ({ kind: "captures", key: captureKey(row), row })),
  ];
  const parcels: (typeof rows)[] = [];
  let size = 0;
  for (const one of rows) {
    const chars = Math.ceil((one.row.ct.length * 4) / 3) + 300;
    const last = parcels[parcels.length - 1];
    if (last && size + chars <= MOST_CHARS && last.length < MOST_ROWS) last.push(one);
    else parcels.push([one]);
    size = parcels[parcels.length - 1]?.length === 1 ? chars : size + chars;
  }
  return parcels.map((some) => ({ keys: some.map(({ key }) => key), text: textOf(left, some) }));
}

/** Asks only whether this phone is still trusted. */
export const emptyParcel = (drop: Drop): string => JSON.stringify({ v: 1, gen: drop.gen, outbox: [], drafts: [], captures: [] });

function textOf({ drop, vault }: Unsent, rows: { kind: string; row: object }[]): string {
  const of = (kind: string): object[] => rows.filter((one) => one.kind === kind).map((one) => one.row);
  const { id, recovery, device } = vault;
  const parcel = { v: 1, gen: drop.gen, vault: { id, recovery, device }, outbox: of("outbox"), drafts: of("drafts"), captures: of("captures") };
  return JSON.stringify(parcel, (_key, value: unknown) => (value instanceof Uint8Array ? toBase64(value) : value));
}

/** The receipt for these rows was heard. What is gone from the phone is dropped from the list. */
export async function markHanded(cellar: Cellar, keys: string[]): Promise<void> {
  await cellar.write([...STORES], async (tx) => {
    const there = new Set([await bundleOf(tx), ...(await tx.all<Bundle>("attic"))].flatMap(keysOf));
    const all = [...(await handedOf(tx)), ...keys].filter((key) => there.has(key));
    tx.put("meta", { keys: [...new Set(all)] } satisfies Handed, "handed");
  });
}

export async function handedOf(tx: Tx): Promise<Set<string>> {
  return new Set((await tx.get<Handed>("meta", "handed"))?.keys ?? []);
}

function keysOf({ outbox, drafts, captures }: Bundle): string[] {
  return [...outbox.map(changeKey), ...drafts.map(draftKey), ...captures.map(captureKey)];
}

export const changeKey = (row: { change: string }): string => `o/${row.change}`;
const draftKey = (row: DraftRow): string => `d/${row.id}/${row.v}`;
export const captureKey = (row: { id: string }): string => `c/${row.id}`;
