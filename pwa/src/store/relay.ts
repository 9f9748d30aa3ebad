/** The browser emptied the database under an open app: what memory still holds is written down again, before anything else. */
import { ballotRow } from "./ballots.ts";
import { outcomeRow } from "./outbox.ts";
import { nextTick, type Opened, dropOf } from "./opened.ts";
import { captureLabel, draftLabel, metaLabel, outboxLabel } from "./rows.ts";
import { sealTo, utf8 } from "./seal.ts";
import type { VaultRow } from "./vault.ts";

/**
 * Everything that was readable is on disk again under the same key, in one transaction; where another tab was quicker, or
 * somebody else has moved in, nothing is written.
 *
 * Laws: L6, L16
 */
export async function relay(open: Opened): Promise<void> {
  const { cellar, counter, vaultRow, session } = open;
  const { sealed, leaves } = await everything(open);
  const tick = await cellar.write(["meta", "mirror", "outbox", "outcomes", "drafts", "captures", "ballots"], async (tx) => {
    if (await tx.get<VaultRow>("meta", "vault")) return undefined;
    tx.put("meta", vaultRow, "vault");
    tx.put("meta", counter, "counter");
    tx.put("meta", 0, "tries");
    if (session) tx.put("meta", dropOf(session, counter.gen), "drop");
    if (sealed.session) tx.put("meta", { v: 1, ...sealed.session }, "session");
    tx.put("meta", { v: 1, ...sealed.progress }, "progress");
    for (const row of sealed.outbox) tx.put("outbox", row);
    for (const row of sealed.outcomes) tx.put("outcomes", row);
    for (const row of sealed.drafts) tx.put("drafts", row);
    for (const row of sealed.captures) tx.put("captures", row);
    for (const row of sealed.ballots) tx.put("ballots", row);
    const next = await nextTick(tx, vaultRow);
    open.leaves.write(tx, next, leaves);
    return next;
  });
  if (tick === undefined) return;
  open.leaves.note(leaves);
  open.version = 1;
  open.tick = tick - 1;
  open.committed(tick);
}

async function everything(open: Opened) {
  const { sealer, device } = { sealer: open.vault.sealer, device: open.vaultRow.device.publicRaw };
  const { crypto } = open.ports;
  const answered = open.shelf.entries.filter((entry) => entry.outcome);
  const sealed = {
    session: open.session && (await sealer.sealJson(metaLabel("session", 1), open.session)),
    progress: await sealer.sealJson(metaLabel("progress", 1), open.progress),
    outbox: await Promise.all(
      open.shelf.entries.map(async ({ gen, n, hash, text, wire: { change } }) => {
        return { gen, n, change, ...(await sealer.sealJson(outboxLabel(change), { hash, text })) };
      }),
    ),
    outcomes: await Promise.all(answered.map((entry) => outcomeRow(open, entry, entry.outcome as NonNullable<typeof entry.outcome>))),
    drafts: await Promise.all(
      [...open.drafts.values()].map(async (draft) => {
        const { id, v } = draft;
        return { id, v, ...(await sealer.sealJson(draftLabel(id, v), draft)) };
      }),
    ),
    captures: await Promise.all(
      [...open.captures.values()].map(async ({ id, text, at_ms }) => {
        return { id, ...(await sealTo(crypto, device, captureLabel(id), utf8(JSON.stringify({ text, at_ms })))) };
      }),
    ),
    ballots: await Promise.all([...open.ballots.values()].map((ballot) => ballotRow(sealer, ballot))),
  };
  open.leaves.clear();
  return { sealed, leaves: await open.leaves.sealed(sealer, open.shelf.rows, [...open.shelf.rows.values()], []) };
}
