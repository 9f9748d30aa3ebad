/** The pill says the most urgent true thing; green only for a matched receipt with nothing waiting (L17). */
import { expect, test } from "vitest";
import type { Phase, StorageState, SyncState } from "../../src/contract.ts";
import { type BallotLeft, pillOf } from "../../src/parts/pill.ts";
import { tripFault } from "../../src/screens/today/trip.ts";

const rest: SyncState = { running: false, online: true, waiting: 0, total: 0, done: 0, quarantined: 0, conflicts: 0, locked: false };
const sound: StorageState = { persisted: true, usage: 1, quota: 100, evicted: false, level: "ok" };
const say = (sync: Partial<SyncState>, more: { phase?: Phase; storage?: Partial<StorageState>; needs?: number } = {}): string =>
  pillOf(more.phase ?? "open", { ...rest, ...sync }, { ...sound, ...more.storage }, more.needs ?? 0, String).key;

test("L17_green_only_when_a_receipt_matched", () => {
  expect(say({ arrivedAtMs: 5 })).toBe("pill.arrived");
  expect(say({})).toBe("pill.unproven");
  expect(say({ arrivedAtMs: 5, waiting: 1 })).toBe("pill.waiting");
  expect(say({ arrivedAtMs: 5, running: true })).toBe("pill.arrived");
});

test("what needs a person stands before what waits, a lost store before everything", () => {
  expect(say({}, { needs: 1 })).toBe("pill.needs-you");
  expect(say({ arrivedAtMs: 5 }, { needs: 1 })).toBe("pill.needs-arrived");
  expect(say({ waiting: 2 }, { needs: 1 })).toBe("pill.needs-waiting");
  expect(say({ waiting: 2, halted: { slug: "no-progress", title: "" } }, { needs: 1 })).toBe("pill.halted");
  expect(say({ arrivedAtMs: 5 }, { storage: { evicted: true } })).toBe("pill.cannot");
  expect(say({}, { phase: "broken" })).toBe("pill.cannot");
});

test("nothing is called under way without a network", () => {
  expect(say({ running: true, waiting: 3, total: 3 })).toBe("pill.sending");
  expect(say({ running: true, waiting: 3, total: 3, online: false })).toBe("pill.waiting-offline");
  expect(say({ waiting: 3 }, { phase: "locked" })).toBe("pill.locked");
});

test("L17_what is kept sealed is never called arrived", () => {
  expect(say({ waiting: 3, handed: 3 }, { phase: "locked" })).toBe("pill.locked-handed");
  expect(say({ waiting: 3, handed: 0 }, { phase: "locked" })).toBe("pill.locked");
  expect(say({ waiting: 3, handed: 2 })).toBe("pill.waiting-handed");
});

test("L17_a ballot that has not arrived, or was not counted, is said before all has arrived", () => {
  const said = (ballot: BallotLeft): string => pillOf("open", { ...rest, arrivedAtMs: 5 }, sound, 0, String, ballot).key;
  expect([said("begun"), said("waiting"), said("amiss"), said(undefined)]).toEqual(["pill.ballot-begun", "pill.ballot-waiting", "pill.ballot-amiss", "pill.arrived"]);
});

test("a phone may set out only when it is loaded, kept, and proved lately", () => {
  const now = 100 * 3_600_000;
  const phone = (sync: Partial<SyncState>, storage: Partial<StorageState> = {}, villages = 13) => tripFault({ sync: { ...rest, ...sync }, storage: { ...sound, ...storage }, villages }, now);
  expect(phone({ arrivedAtMs: now - 1000 })).toBe("");
  expect(phone({ arrivedAtMs: now - 1000 }, {}, 0)).toBe("not-loaded");
  expect(phone({ arrivedAtMs: now - 1000 }, { persisted: false })).toBe("persist");
  expect(phone({ arrivedAtMs: now - 1000 }, { level: "warn" })).toBe("space");
  expect(phone({ waiting: 2 })).toBe("waiting");
  expect(phone({ arrivedAtMs: now - 13 * 3_600_000 })).toBe("stale");
  expect(phone({ arrivedAtMs: now + 600_000 })).toBe("clock");
});
