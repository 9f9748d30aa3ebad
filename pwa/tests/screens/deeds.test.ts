/** The history of a record as it is read: what each field was before, and what is covered. */
import { expect, test } from "vitest";
import { hold, type Surroundings } from "../../src/client.ts";
import type { Core, HistoryItem } from "../../src/contract.ts";
import { lastWriter } from "../../src/screens/sync/conflicts/head.ts";
import { type Deed, deedLines, deedsOf } from "../../src/screens/sync/history/deeds.ts";

const AT_MS = Date.UTC(2026, 10, 24, 6, 2);

function land(own: HistoryItem[] = []): Core {
  const core = {
    get: () => undefined,
    list: () => [],
    children: () => [],
    history: () => own,
    me: () => ({ account: "me", person: "p", replica: "r1", roles: [], township: { time_zone: "Asia/Shanghai" } }),
    subscribe: () => () => undefined,
  } as unknown as Core;
  hold(core, { now: () => AT_MS } as unknown as Surroundings);
  return core;
}
function deed(n: number, fields: object, more: Partial<Deed> = {}): Deed {
  return { n, replica: "r2", label: "办公室电脑", account: "a", person: "王建国", action: "patch", command: null, fields: { ...fields }, outcome: "applied", captured_at_ms: AT_MS, erased: false, withheld: false, ...more };
}

test("each line says who, when and on which phone, and each field what it was before", () => {
  const lines = deedLines(land(), "visit", [deed(1, { narrative: "三次" }, { action: "create" }), deed(2, { narrative: "两次", followup_progress: "partly" })]);
  expect(lines[1]?.who).toBe("王建国 · 11月24日 14:02 · 办公室电脑");
  expect(lines[1]?.changes.map(({ name, before, after }) => [name, before, after])).toEqual([
    ["走访经过", "三次", "两次"],
    ["上年点评落实", "", "部分落实"],
  ]);
  expect(lines[1]?.changes[0]?.pieces?.filter((piece) => piece.differs).map((piece) => piece.text)).toEqual(["两"]);
});

test("a value that lost a conflict is not what stood before the next", () => {
  const lines = deedLines(land(), "visit", [deed(1, { narrative: "甲" }), deed(2, { narrative: "乙" }, { outcome: "conflict" }), deed(3, { narrative: "丙" }, { action: "settle" })]);
  expect(lines[2]?.changes[0]?.before).toBe("甲");
});

test("what was taken back or written elsewhere says so and nothing else", () => {
  const lines = deedLines(land(), "interview", [deed(1, { answer: "x" }, { erased: true }), deed(2, {}, { withheld: true })]);
  expect(lines.map((line) => [line.covered, line.changes])).toEqual([
    ["已按本人要求清除", []],
    [expect.stringContaining("只有作者本人"), []],
  ]);
});

test("with the server's answer only what still waits here is added; without it all that this phone did", () => {
  const item = (n: number, outcome: string): HistoryItem => ({ n, action: "patch", at_ms: AT_MS, outcome, fields: { narrative: String(n) } });
  const core = land([item(1, "applied"), item(2, "waiting")]);
  expect(deedsOf(core, "v", [deed(9, {})]).map((one) => one.n)).toEqual([9, 2]);
  expect(deedsOf(core, "v", undefined).map((one) => one.n)).toEqual([1, 2]);
  expect(deedLines(core, "visit", deedsOf(core, "v", undefined))[0]?.who).toContain("这部手机");
});

test("the head of a conflict is by whoever last got a value into the field", () => {
  const deeds = [deed(1, { narrative: "甲" }), deed(2, { narrative: "乙" }, { outcome: "conflict" }), deed(3, { area_notes: { study: "x" } }), deed(4, {}, { action: "delete" })];
  expect(lastWriter("visit", "narrative", deeds)?.n).toBe(1);
  expect(lastWriter("visit", "area_notes.study", deeds)?.n).toBe(3);
  expect(lastWriter("visit", "deleted", deeds)?.n).toBe(4);
  expect(lastWriter("visit", "branch_summary", deeds)).toBeUndefined();
});
