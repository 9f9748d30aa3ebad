/**
 * What a hand-in does next, and what it is after an answer. Pure: everything that decides is on disk or was just heard, so a
 * phone killed anywhere goes on from its last commit and sends the same bytes.
 */
import type { Found } from "../domain/ballot/mine.ts";
import { type Held, type KeptSlip, OPENED } from "../domain/ballot/held.ts";

/** Before the deadline this much: then the slips go whatever the company. */
export const LAST_CALL_MS = 10 * 60_000;

/** What is known and not kept. Shape: `window` as the server last said, of the own group, or nothing after it was used up. */
export interface Knows {
  state: string;
  /** Hash of the manifest that the mirror has. */
  manifest: string;
  window?: { full: number; left_ms: number };
}

export type Rest = "filling" | "not-open" | "done" | "void" | "other-manifest" | "too-late" | "refused" | "company";
export type Move =
  | { do: "issue" | "look" | "board" }
  | { do: "post"; at: number }
  | { do: "rest"; why: Rest };

/** What an errand brought back. Shape: `slips` in the order of the held ones; `alone` posted without company. */
export type Told =
  | { told: "issued"; slips: { slip: string; tracker: string }[]; window: number }
  | { told: "posted"; at: number; tracker: string; box: "in" | "late"; alone?: boolean }
  | { told: "board"; found: Found[]; head: string; words: string; whole: boolean }
  | { told: "refused"; slug: string }
  | { told: "again" };

/** Up to here nothing is signed; the next sync tells when it is. */
const BEFORE = new Set(["prepared", "issued"]);

/** The next thing to do. Shape: `pick` chooses one of so many, so that the order of the posting tells nothing. */
export function next(held: Held | undefined, knows: Knows, pick: (of: number) => number): Move {
  if (!held?.slips) return rest("filling");
  if (knows.state === "void") return rest("void");
  if (held.board) return rest("done");
  if (held.refused) return rest("refused");
  if (held.manifest !== knows.manifest) return rest("other-manifest");
  if (held.slips.some((one) => !one.slip)) {
    if (BEFORE.has(knows.state)) return rest("not-open");
    return OPENED.has(knows.state) ? rest("too-late") : { do: "issue" };
  }
  if (OPENED.has(knows.state)) return { do: "board" };
  const left = held.slips.flatMap((one, at) => (one.box ? [] : [at]));
  if (left.length === 0) return rest("done");
  if (!knows.window) return { do: "look" };
  const { full, left_ms } = knows.window;
  return inCompany(held, full) || left_ms <= LAST_CALL_MS ? { do: "post", at: left[pick(left.length)] ?? 0 } : rest("company");
}

/** The slips of so many go together that none is told apart. */
export const inCompany = ({ window }: Held, full: number): boolean => window !== undefined && full >= window;

const rest = (why: Rest): Move => ({ do: "rest", why });

/** The ballot with what was heard. An answer that does not fit what is held (from before, from another tab) changes nothing. */
export function after(held: Held, heard: Told): Held {
  switch (heard.told) {
    case "issued":
      return issued(held, heard);
    case "posted":
      return posted(held, heard);
    case "board":
      if (!held.slips || heard.found.length !== held.slips.length) return held;
      return {
        ...withSlips(held, (one, at) => ({ ...one, found: heard.found[at] })),
        board: { head: heard.head, words: heard.words, whole: heard.whole },
      };
    case "refused":
      return held.slips ? { ...held, refused: heard.slug } : held;
    case "again":
      return { ...held, refused: undefined, board: undefined };
  }
}

function issued(held: Held, { slips, window }: Extract<Told, { told: "issued" }>): Held {
  if (!held.slips || slips.length !== held.slips.length || held.slips.every((one) => one.slip)) return held;
  return { ...withSlips(held, (one, at) => ({ ...one, ...slips[at] })), window };
}

function posted(held: Held, { at: where, tracker, box, alone }: Extract<Told, { told: "posted" }>): Held {
  const one = held.slips?.[where];
  if (!one || one.tracker !== tracker || one.box) return held;
  return { ...withSlips(held, (slip, at) => (at === where ? { ...slip, box } : slip)), ...(alone && { alone }) };
}

function withSlips(held: Held, change: (one: KeptSlip, at: number) => KeptSlip): Held {
  return held.slips ? { ...held, slips: held.slips.map(change) } : held;
}

/** The pauses before each of so many posts, `spread_ms` together at most. Shape: `chance` a number from 0 to 1 for each. */
export function pauses(chance: number[], spread_ms: number): number[] {
  const moments = chance.map((one) => one * spread_ms).sort((a, b) => a - b);
  return moments.map((moment, at) => moment - (moments[at - 1] ?? 0));
}
