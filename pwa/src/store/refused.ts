/** What its author does about a refused change: gives it up, leaves it to the office, or sends it again, mended. */
import type { Entry, Outcome } from "../domain/change.ts";
import { flat } from "../domain/kinds.ts";
import { problem } from "../domain/problem.ts";
import type { Opened } from "./opened.ts";
import { putOutcomes, save } from "./outbox.ts";

/** The change stays in the outbox and in exports, with what its author decided. */
export async function decideRefused(open: Opened, n: number, decision: Pick<Outcome, "let_go" | "with_office">): Promise<void> {
  const entry = refused(open, n);
  if (!entry?.outcome) return;
  const kept = await putOutcomes(open, open.counter.gen, [{ entry, outcome: { ...entry.outcome, ...decision } }]);
  if (!kept) throw problem("local-fault", "another tab was registering at the same time");
}

/**
 * The same change with other fields is in the outbox under a new number, and the refused one is given up, or nothing happened.
 *
 * Raises: no-record, change-too-large, invalid-change
 */
export async function resubmit(open: Opened, n: number, fields: object, draft?: string): Promise<void> {
  const entry = refused(open, n);
  if (!entry) throw problem("no-record", "this change is no longer refused");
  const { record, kind, action, base, command } = entry.wire;
  await save(open, [{ record, kind, action, base, fields: flat(kind, fields), ...(command && { command }) }], draft, entry);
}

const refused = (open: Opened, n: number): Entry | undefined => open.shelf.quarantined().find((entry) => entry.n === n);
