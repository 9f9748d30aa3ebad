/** Whether a phone may go where there is no network, and if not, the first thing to mend. Pure. */
import type { StorageState, SyncState } from "../../contract.ts";

const FRESH_MS = 12 * 3_600_000;
const SKEW_MS = 5 * 60_000;

export type TripFault = "" | "not-loaded" | "persist" | "space" | "stale" | "waiting" | "clock";

export function tripFault(phone: { sync: SyncState; storage: StorageState; villages: number }, nowMs: number): TripFault {
  const { sync, storage, villages } = phone;
  if (villages === 0 || sync.firstSync) return "not-loaded";
  if (storage.evicted || storage.persisted === false) return "persist";
  if (storage.level !== "ok") return "space";
  if (sync.arrivedAtMs === undefined) return sync.waiting > 0 ? "waiting" : "stale";
  if (sync.arrivedAtMs - nowMs > SKEW_MS) return "clock";
  return nowMs - sync.arrivedAtMs > FRESH_MS ? "stale" : "";
}
