/** The office no longer trusts this phone, and has its work: what may not be read here any more is gone. */
import { bundleOf } from "./backup.ts";
import type { Cellar, StoreName } from "./idb.ts";
import { nextTick } from "./opened.ts";
import { handedOf, leftOf } from "./parcels.ts";
import type { BallotRow } from "./rows.ts";

/**
 * What the screen says afterwards. Shape: `kept` rows that could not be handed in; they lie sealed in the attic. `ballots` handed in,
 * not posted and gone: kept anywhere, the office could have opened them.
 */
export interface Wiped {
  at_ms: number;
  kept: number;
  ballots?: number;
}

const ERASED: StoreName[] = ["mirror", "outbox", "outcomes", "drafts", "captures", "ballots"];
const NOTES = ["vault", "session", "progress", "counter", "tries", "drop", "recovering", "recovery_key"];

/** Everything is gone but what nobody else has: that stays sealed, goes up when it can, and is in every export. */
export async function wipe(cellar: Cellar, at_ms: number): Promise<void> {
  await cellar.write(["meta", "attic", ...ERASED], async (tx) => {
    const bundle = await bundleOf(tx);
    if (!bundle.vault) return;
    const left = leftOf(bundle, await handedOf(tx));
    const kept = left.outbox.length + left.drafts.length + left.captures.length;
    if (kept > 0) tx.put("attic", { ...bundle, ...left, outcomes: [] });
    const ballots = (await tx.all<BallotRow>("ballots")).filter(({ due }) => due).length;
    for (const store of ERASED) tx.clear(store);
    for (const note of NOTES) tx.delete("meta", note);
    tx.put("meta", { at_ms, kept, ...(ballots > 0 && { ballots }) } satisfies Wiped, "wiped");
    await nextTick(tx);
  });
}
