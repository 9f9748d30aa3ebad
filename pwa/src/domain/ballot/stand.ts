/** Where an evaluator stands in a round, as a screen may say it: from what the phone holds and what the round has come to. Pure. */
import { type Held, OPENED, type Stage, stageOf } from "./held.ts";

/**
 * Before the hand-in `unissued`, `compare`, `filling`, `missed` (not handed in and over). After it `waiting` for the round to
 * begin, `sealed`, `signed`, `posting`, `in`, `late`, `refused`, `uncounted` (never arrived and over), `other` (the round has
 * another manifest now), `checking` the board, `counted`, `partly` (some late or lost), `amiss`. `void` at any time.
 */
export type Stand =
  | "unissued"
  | "compare"
  | "missed"
  | "waiting"
  | "uncounted"
  | "other"
  | "checking"
  | "partly"
  | "void"
  | Stage;

/** What the server says when the deadline has passed. */
const OVER = "round-guard";
const UNDERWAY: Stand[] = ["waiting", "sealed", "signed", "posting", "checking"];

/** Shape: `manifest` the hash of the round's manifest now, empty while it is not issued or not yet read. */
export function standOf(held: Held | undefined, state: string, manifest: string): Stand {
  if (state === "void") return "void";
  if (!held?.slips) return beforeHandIn(held, state, manifest);
  if (manifest && held.manifest !== manifest) return "other";
  const stage = stageOf(held);
  if (held.board) return onBoard(held, stage);
  if (stage === "refused") return held.refused === OVER ? "uncounted" : "refused";
  if (stage === "sealed") return OPENED.has(state) ? "uncounted" : ["prepared", "issued"].includes(state) ? "waiting" : "sealed";
  return OPENED.has(state) && (stage === "signed" || stage === "posting") ? "checking" : stage;
}

function beforeHandIn(held: Held | undefined, state: string, manifest: string): Stand {
  if (OPENED.has(state)) return "missed";
  if (state === "prepared") return "unissued";
  return held?.compared && held.manifest === manifest ? "filling" : "compare";
}

/** Late or lost in part is not the same as late or lost altogether. */
function onBoard({ slips = [] }: Held, stage: Stage): Stand {
  if (stage !== "late") return stage;
  if (slips.some(({ found }) => found === "counted")) return "partly";
  return slips.every(({ box }) => !box) ? "uncounted" : "late";
}

/** Whether the phone still has something to do, so that it must keep its data and its network. */
export const isUnderWay = (stand: Stand): boolean => UNDERWAY.includes(stand);
