/** What an evaluator's phone holds of one round, from the first tap to the board. Pure. */
import type { Choice, Manifest } from "./manifest.ts";
import type { Found } from "./mine.ts";

/** One slip from the moment it is sealed. Bytes in base64; nothing of it changes but what is added. */
export interface KeptSlip {
  subject: string;
  group: string;
  choice: Choice;
  message: string;
  blinded: string;
  inverse: string;
  /** Signed. */
  slip?: string;
  tracker?: string;
  /** What the box said to it. */
  box?: "in" | "late";
  found?: Found;
}

/** Shape: `manifest` the hash, in hex, of what the sheet is for; `row` the subject last touched; `slips` from hand-in on. */
export interface Held {
  round: string;
  manifest: string;
  compared?: boolean;
  choices: Record<string, Choice>;
  row?: string;
  slips?: KeptSlip[];
  /** The company in which the slips are posted. */
  window?: number;
  /** The last call came first: at least one slip was posted without company. */
  alone?: boolean;
  /** The server will not have this hand-in: the slug of its problem. */
  refused?: string;
  board?: { head: string; words: string; whole: boolean };
}

/** Round states from which on the box takes nothing, and the board tells what it had. */
export const OPENED = new Set(["opened", "reconciled", "counted", "certified", "published"]);

/** One line of the sheet. */
export interface SheetRow {
  id: string;
  name: string;
  /** He does not grade this one: recorded recusal. */
  recused: boolean;
}

/** `sealed` on this phone only · `signed` · `posting` some posted · `in` all in the box in time · `late` · after the opening: what was found. */
export type Stage = "filling" | "sealed" | "signed" | "posting" | "in" | "late" | "refused" | "counted" | "amiss";

export const emptyHeld = (round: string, manifest: string): Held => ({ round, manifest, choices: {} });

/** The sheet's lines in the manifest's order. Shape: `recusals` subject ids. */
export function rowsOf(manifest: Manifest, recusals: readonly string[]): SheetRow[] {
  return manifest.subjects.map(({ id, name }) => ({ id, name, recused: recusals.includes(id) }));
}

/** With a tap more or less; a sheet that was handed in stays as it is. */
export function chosen(held: Held, subject: string, choice: Choice | undefined): Held {
  if (held.slips) return held;
  const { [subject]: _before, ...others } = held.choices;
  return { ...held, row: subject, choices: choice ? { ...others, [subject]: choice } : others };
}

/** With its slips, once; what is there already is never replaced. */
export const handedIn = (held: Held, slips: KeptSlip[]): Held => (held.slips ? held : { ...held, slips });

/** Green is `in` and `counted` only: every slip acknowledged in time, or found as it was given. L13, L17 */
export function stageOf(held: Held | undefined): Stage {
  const slips = held?.slips;
  if (!slips) return "filling";
  if (held.board) return foundStage(held);
  if (slips.some((one) => one.box === "late")) return "late";
  if (held.refused) return "refused";
  if (slips.every((one) => one.box === "in")) return "in";
  if (slips.some((one) => one.box)) return "posting";
  return slips.every((one) => one.slip) ? "signed" : "sealed";
}

/** A slip that the box took in time and that is not on the board is amiss; any other came too late, or after the count was signed. */
function foundStage({ slips = [], board }: Held): Stage {
  if (!board?.whole || slips.some(({ found, box }) => found === "altered" || (found === "missing" && box === "in"))) return "amiss";
  return slips.every(({ found }) => found === "counted") ? "counted" : "late";
}

/** Handed in, and not yet known to be in the box or lost to it. */
export const isDue = ({ slips, board }: Held): boolean => slips !== undefined && !board && slips.some((one) => !one.box);

export const postedCount = (held: Held | undefined): number => (held?.slips ?? []).filter((one) => one.box === "in").length;
