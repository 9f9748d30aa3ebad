/** What an evaluator gives, sealed like everything else of his, and in no backup and no parcel: the office could open those. */
import { type Held, isDue } from "../domain/ballot/held.ts";
import { hiddenName } from "./notes.ts";
import { nextTick, type Opened, type StoredBallot } from "./opened.ts";
import { ballotLabel, type BallotRow } from "./rows.ts";
import type { Sealer } from "./seal.ts";

/**
 * The round's ballot is on disk, if it still was as `before` says; false where another tab was quicker and nothing is written:
 * what is committed once is never written over by what was made beside it.
 */
export async function putBallot(open: Opened, held: Held, before: StoredBallot | undefined): Promise<boolean> {
  const id = before?.id ?? (await hiddenName(open, `ballot/${held.round}`));
  const ballot = { id, v: (before?.v ?? 0) + 1, held };
  const row = await ballotRow(open.vault.sealer, ballot);
  const tick = await open.cellar.write(["meta", "ballots"], async (tx) => {
    const there = await tx.get<BallotRow>("ballots", id);
    if ((there?.v ?? 0) !== (before?.v ?? 0)) return undefined;
    tx.put("ballots", row);
    return nextTick(tx, open.vaultRow);
  });
  if (tick === undefined) return false;
  open.ballots.set(held.round, ballot);
  open.committed(tick);
  return true;
}

export async function ballotRow(sealer: Sealer, { id, v, held }: StoredBallot): Promise<BallotRow> {
  return { id, v, ...(isDue(held) && { due: true }), ...(await sealer.sealJson(ballotLabel(id, v), held)) };
}
