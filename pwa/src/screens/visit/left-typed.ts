/** What was typed into 记一笔 by somebody whose role begins no visits any more: it becomes a note of his own, whole. */
import type { Core } from "../../contract.ts";
import { text } from "../../domain/visiting.ts";

/** Where the form keeps its draft: its own address. */
export const NEW_VISIT = "/visits/new";

/** The note is kept before the draft goes, so that a kill between leaves two copies and never none. */
export async function keepAsNote(core: Core): Promise<void> {
  const draft = core.draft(NEW_VISIT) as { text?: string; startedMs?: number } | undefined;
  const typed = text(draft?.text);
  if (typed.trim() !== "") await core.capture(typed, draft?.startedMs);
  await core.dropDraft(NEW_VISIT);
}
