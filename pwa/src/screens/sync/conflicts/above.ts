/** Private work whose visit was deleted by somebody who cannot see it: what its author reads, and the two ways out. */
import type { Core, View } from "../../../contract.ts";
import { goesToVillages } from "../../../domain/standing.ts";
import { text } from "../../../domain/visiting.ts";

export interface Above {
  draft: View | undefined;
  /** What he wrote, in his own words. */
  words: string;
  /** Nothing above it is deleted any more: there is nothing left to decide. */
  back: boolean;
  /** The township lets him bring the visit back. */
  mayRestore: boolean;
}

export function aboveOf(core: Core, question: View): Above {
  const draft = core.get(String(question.fields.record));
  const words = text(draft?.fields.text) || text(draft?.fields.name);
  return { draft, words, back: draft !== undefined && standsOnFirmGround(core, draft), mayRestore: goesToVillages(core.me()?.roles ?? []) };
}

function standsOnFirmGround(core: Core, view: View): boolean {
  if (!view.parent) return true;
  const parent = core.get(view.parent);
  return parent !== undefined && !parent.deleted && standsOnFirmGround(core, parent);
}

/** The words are a quick note before the draft goes: a kill between leaves both. */
export async function keepInstead(core: Core, question: View): Promise<void> {
  const { draft, words } = aboveOf(core, question);
  if (words) await core.capture(words, draft?.capturedAtMs ?? draft?.createdAtMs);
  await core.settle(question.id, true);
}
