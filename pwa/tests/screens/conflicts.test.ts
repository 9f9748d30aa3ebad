/** What a person reads of a conflict: every version with its origin, a joined text, and whether somebody chose before. */
import { expect, test } from "vitest";
import { hold, type Surroundings } from "../../src/client.ts";
import type { Core, View } from "../../src/contract.ts";
import { joinable, joined, placeOf, settledBefore, versionsOf } from "../../src/screens/sync/conflicts/versions.ts";

const AT_MS = Date.UTC(2026, 10, 24, 6, 2);

function view(kind: string, id: string, fields: Record<string, unknown>, more: Partial<View> = {}): View {
  return { id, kind, fields, seq: 3, deleted: false, createdBy: "me", createdAtMs: 0, updatedBy: "other", updatedAtMs: AT_MS, place: "arrived", pending: [], ...more };
}
function land(...views: View[]): Core {
  const core = {
    get: (id: string) => views.find((one) => one.id === id),
    list: (kind: string) => views.filter((one) => one.kind === kind),
    me: () => ({ account: "me", person: "p", replica: "r1", roles: [], township: { time_zone: "Asia/Shanghai" } }),
    subscribe: () => () => undefined,
  } as unknown as Core;
  hold(core, { now: () => AT_MS } as unknown as Surroundings);
  return core;
}
const visit = view("visit", "v", { village_id: "w", narrative: "三次" });
const side = (replica: string, account: string, value: unknown): object => ({ replica, n: 1, account, value, captured_at_ms: AT_MS });
const conflict = (field: string, sides: object[], more: object = {}): View => view("conflict", `c${field}`, { record: "v", record_kind: "visit", field, sides, status: "open", ...more }, { parent: "v" });

test("the record's own version comes first, then each side with its person, time and phone", () => {
  const open = conflict("narrative", [side("r1", "me", "两次"), side("r2", "me", "四次"), side("r3", "other", "五次"), side("cmd:1", "desk", "六次")]);
  const versions = versionsOf(land(visit, open), open);
  expect(versions.map(({ sign, value }) => `${sign}${value}`)).toEqual(["甲三次", "乙两次", "丙四次", "丁五次", "戊六次"]);
  expect(versions.map(({ origin }) => origin.split(" · ").pop())).toEqual([
    expect.stringContaining("改过"), "这部手机", "您的另一部手机", "对方的手机", "在办公电脑上",
  ]);
  expect(versions[1]?.origin).toContain("11月24日 14:02");
  expect(versionsOf(land(visit, open), open, "王建国 · 这部手机")[0]?.origin).toBe("现在档案里的 · 王建国 · 这部手机");
});

test("a deleted record and its edit are yes and no, and an element of a set is found by its key", () => {
  const deleted = conflict("deleted", [side("r3", "other", { narrative: "x" })]);
  expect(versionsOf(land({ ...visit, fields: {}, deleted: true }, deleted), deleted).map(({ value }) => value)).toEqual([true, { narrative: "x" }]);
  const row = conflict("addenda/a1", [side("r3", "other", { id: "a1", text: "补" })]);
  const core = land(view("visit", "v", { addenda: [{ id: "a1", text: "旧" }] }), row);
  expect(versionsOf(core, row)[0]?.value).toEqual({ id: "a1", text: "旧" });
});

test("texts can be joined, each once; codes, times and empty texts cannot", () => {
  const texts = versionsOf(land(visit), conflict("narrative", [side("r3", "other", "三次，有记录"), side("r2", "me", "没开")]));
  expect(joinable("visit", "narrative", texts)).toEqual({ most: 4000 });
  expect(joinable("visit", "area_notes.study", texts)).toEqual({ most: 1000 });
  expect(joined(texts)).toBe("三次，有记录\n没开");
  expect(joinable("visit", "followup_progress", texts)).toBeUndefined();
  expect(joinable("visit", "narrative", [{ sign: "甲", value: "", origin: "" }, ...texts])).toBeUndefined();
});

test("two who choose at once are told so; a later writer is told who chose", () => {
  const chosen = conflict("narrative", [], { status: "settled", settled_by: "other", settled_value: "三次" });
  const mine = { ...conflict("narrative", [side("r1", "me", "两次")]), id: "new" };
  const theirs = { ...conflict("narrative", [side("r3", "other", "两次")]), id: "new" };
  expect(settledBefore(land(visit, chosen, mine), mine)).toMatchObject({ mine: true });
  expect(settledBefore(land(visit, chosen, theirs), theirs)).toMatchObject({ mine: false });
  expect(settledBefore(land(visit, mine), mine)).toBeUndefined();
});

test("a deleted visit is still known by its village", () => {
  const village = view("village", "w", { short_name: "上河" });
  expect(placeOf(land(village), { ...visit, fields: {}, deleted: true, scope: "field:w" })).toBe("上河");
});
