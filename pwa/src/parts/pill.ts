/** What the sync pill says: words first, then a sign and a colour. Green only when a receipt matched (L17). */
import type { Phase, StorageState, SyncState } from "../contract.ts";

export type Tone = "device" | "underway" | "arrived" | "needs" | "cannot";
export const SIGNS: Record<Tone, string> = { device: "○", underway: "◐", arrived: "●", needs: "▲", cannot: "■" };

export interface Pill {
  tone: Tone;
  key: string;
  words: Record<string, string | number>;
}

/** What stands out at a ballot: a sheet begun and not handed in, slips under way, slips that were not counted. */
export type BallotLeft = "begun" | "waiting" | "amiss" | undefined;
const BALLOTS: Record<NonNullable<BallotLeft>, Tone> = { begun: "device", waiting: "underway", amiss: "needs" };

/** The most urgent thing that is true of this phone's work; `needs` counts what waits for this person, `time` writes 14:02. */
export function pillOf(phase: Phase, sync: SyncState, storage: StorageState, needs: number, time: (ms: number) => string, ballot?: BallotLeft): Pill {
  if (phase === "broken" || storage.evicted) return say("cannot", "cannot");
  const waiting = sync.waiting;
  if (phase === "locked") return waiting > 0 ? locked(waiting, sync.handed ?? 0) : say("device", "locked-empty");
  if (sync.halted) return say("needs", "halted", { n: waiting });
  if (sync.running && sync.online && waiting > 0) return say("underway", "sending", { done: sync.done, total: sync.total });
  if (sync.firstSync) return first(sync.firstSync);
  if (needs > 0) return needing(needs, sync, time);
  if (waiting > 0 && sync.handed) return say("device", "waiting-handed", { n: waiting, handed: sync.handed });
  if (waiting > 0) return say("device", sync.online ? "waiting" : "waiting-offline", { n: waiting });
  if (ballot) return say(BALLOTS[ballot], `ballot-${ballot}`);
  if (sync.arrivedAtMs === undefined) return say("device", sync.online ? "unproven" : "unproven-offline");
  return say("arrived", "arrived", { time: time(sync.arrivedAtMs) });
}

/** What waits for a person hides neither what is not sent nor that all has arrived. */
function needing(n: number, { waiting, arrivedAtMs }: SyncState, time: (ms: number) => string): Pill {
  if (waiting > 0) return say("needs", "needs-waiting", { n, waiting });
  return arrivedAtMs === undefined ? say("needs", "needs-you", { n }) : say("needs", "needs-arrived", { n, time: time(arrivedAtMs) });
}

/** Handed in sealed is kept by the township, and not yet arrived: never green. */
function locked(n: number, handed: number): Pill {
  return handed > 0 ? say("device", "locked-handed", { n, handed }) : say("device", "locked", { n });
}

function first(progress: { done: number; total?: number }): Pill {
  if (progress.total === undefined) return say("underway", "first", { done: progress.done });
  return say("underway", "first-of", { done: progress.done, total: progress.total });
}

function say(tone: Tone, key: string, words: Pill["words"] = {}): Pill {
  return { tone, key: `pill.${key}`, words };
}
