/** Where a scrutineer stands with the key of a round. Pure. */
import type { Core } from "../../contract.ts";

/**
 * none: nothing made yet · made: not rehearsed · rehearsed: not named to the server · named: waits for the deadline · due: the
 * box may be opened · released: it is open · other: this phone's key is not the round's · lost: the round has a key, not here ·
 * over: void.
 */
export type KeyStand = "none" | "made" | "rehearsed" | "named" | "due" | "released" | "other" | "lost" | "over";

export interface KeyFacts {
  state: string;
  kept: ReturnType<Core["tally"]["kept"]>;
  /** The server has a key for this round; `point` which one, once the round is issued. */
  named: boolean;
  point: string | undefined;
  /** The deadline has passed by the server's clock. */
  over: boolean;
}

const OPENED = ["opened", "reconciled", "counted", "certified", "published"];

export function standOf({ state, kept, named, point, over }: KeyFacts): KeyStand {
  if (state === "void") return "over";
  if (OPENED.includes(state)) return "released";
  if (!kept) return named ? "lost" : "none";
  if (point !== undefined && point !== kept.point) return "other";
  if (!kept.rehearsed) return "made";
  if (!named) return "rehearsed";
  return state === "closed" && over ? "due" : "named";
}

/** The public tally key of a manifest; undefined until there is one. */
export function tallyKeyOf(manifest: string): string | undefined {
  if (manifest === "") return undefined;
  const { tally_key } = JSON.parse(manifest) as { tally_key?: unknown };
  return typeof tally_key === "string" ? tally_key : undefined;
}
