/** Coverage (R16), the interviews still missing (R17), and the guess of 记一笔. */
import { inSource } from "../../src/domain/kinds.ts";
import { expect, test } from "vitest";
import type { Core, View } from "../../src/contract.ts";
import { currentCycle, guess, lateVisits, missing, secretaries, villageRows } from "../../src/domain/visiting.ts";
import { mayAdd } from "../../src/screens/visit/parts-of-visit.ts";

function view(kind: string, id: string, fields: Record<string, unknown>): View {
  return { id, kind, fields, seq: 1, deleted: false, createdBy: "a", createdAtMs: 0, updatedBy: "a", updatedAtMs: 0, place: "arrived", pending: [] };
}
const visit = (id: string, fields: Record<string, unknown>): View => view("visit", id, { cycle_id: "c26", visitor_id: "boss", state: "completed", ...fields });
const town = {
  villages: [view("village", "v1", { short_name: "上河", region_code: "2" }), view("village", "v2", { name: "下河村", region_code: "1" })],
  branches: [],
  people: [view("person", "boss", { name: "程启岳", post: "镇党委书记" }), view("person", "vice", { name: "韩喆", post: "镇党委副书记" }), view("person", "bs", { name: "何喜林", post: "上河村党支部书记", village_id: "v1" })],
  subjects: [view("subject", "s1", { cycle_id: "c26", village_id: "v1", person_id: "bs" }), view("subject", "s2", { cycle_id: "c26", village_id: "v2" }), view("subject", "s3", { cycle_id: "c26", village_id: "v2" })],
};
const states = (visits: View[]): Record<string, string> =>
  Object.fromEntries(villageRows("c26", "c26", { ...town, visits }, new Set(["boss"])).map((row) => [row.name, row.state]));

test("only the committee secretary's completed visits count, and each village once", () => {
  expect(states([])).toEqual({ 下河村: "unvisited", 上河: "unvisited" });
  expect(states([visit("1", { village_id: "v1" }), visit("2", { village_id: "v2", visitor_id: "vice" })])).toEqual({ 下河村: "by-others", 上河: "visited" });
  expect(states([visit("1", { village_id: "v1", state: "in_progress" }), visit("2", { village_id: "v2", state: "planned" })])).toEqual({ 下河村: "planned", 上河: "under-way" });
});

test("a cancelled visit and one of another cycle do not count; one the server has not seen belongs to the open cycle", () => {
  expect(states([visit("1", { village_id: "v1", state: "cancelled" }), visit("2", { village_id: "v2", cycle_id: "c17" })])).toEqual({ 下河村: "unvisited", 上河: "unvisited" });
  const fresh = visit("3", { village_id: "v1", cycle_id: undefined });
  expect(states([fresh]).上河).toBe("visited");
  expect(villageRows("c17", "c26", { ...town, subjects: [view("subject", "s", { cycle_id: "c17", village_id: "v1" })], visits: [fresh] }, new Set(["boss"]))[0]?.state).toBe("unvisited");
});

test("the secretary is found by post, or is who holds this phone", () => {
  expect([...secretaries(town.people, undefined)]).toEqual(["boss"]);
  expect([...secretaries([], { person: "me", roles: [{ role: "committee_secretary" }] })]).toEqual(["me"]);
});

test("R17 wants two members and two others", () => {
  const heard = (category: string): View => view("interview", category, { category });
  expect(missing([])).toEqual({ members: 2, others: 2 });
  expect(missing([heard("party_member"), heard("masses"), heard("cadre"), heard("other")])).toEqual({ members: 1, others: 0 });
});

test("the guess is the visit planned for today, then the last village of this person", () => {
  const planned = visit("p", { village_id: "v1", state: "planned", planned_for: "2026-11-24" });
  const earlier = visit("e", { village_id: "v1", start_at: 10 });
  const last = visit("l", { village_id: "v2", start_at: 20 });
  expect(guess([earlier, last, planned], "boss", "2026-11-24")).toEqual({ village: "v1", planned: "p" });
  expect(guess([earlier, last, planned], "boss", "2026-11-25")).toEqual({ village: "v2" });
  expect(guess([visit("x", { village_id: "v1", visitor_id: "vice" })], "boss", "2026-11-24")).toEqual({});
});

test("the open cycle of the latest year stands first", () => {
  const cycles = [view("cycle", "old", { year: 2016, state: "closed" }), view("cycle", "now", { year: 2026, state: "researching" }), view("cycle", "next", { year: 2027, state: "draft" })];
  expect(currentCycle(cycles)?.id).toBe("now");
  expect(currentCycle([])).toBeUndefined();
});

test("only a planned visit offers to be cancelled (DOMAIN 3.3)", () => {
  const states = ["planned", "in_progress", "completed", "synced", "locked", "cancelled"];
  expect(states.filter((state) => inSource("visit", "cancel", state))).toEqual(["planned"]);
});

test("the office lists what came after the lock until it is locked, the newest first", () => {
  const late = [visit("old", { late: true, state: "synced", start_at: 10 }), visit("new", { late: true, state: "completed", start_at: 20 })];
  const others = [visit("locked", { late: true, state: "locked", start_at: 30 }), visit("in time", { state: "synced", start_at: 40 })];
  expect(lateVisits([...late, ...others]).map((one) => one.id)).toEqual(["new", "old"]);
});

test("to a locked visit its visitor, its companions and its author add, nobody else, and to no other visit", () => {
  const asked = (me: { account: string; person: string; role?: string }, fields: Record<string, unknown>): boolean => {
    const core = { me: () => ({ ...me, roles: [{ role: me.role ?? "leader" }] }) } as unknown as Core;
    return mayAdd(core, visit("v", { state: "locked", companions: ["vice"], ...fields }));
  };
  const stranger = { account: "x", person: "nobody" };
  expect(asked({ account: "x", person: "boss" }, {})).toBe(true);
  expect(asked({ account: "x", person: "vice" }, {})).toBe(true);
  expect(asked({ account: "a", person: "nobody" }, {})).toBe(true);
  expect(asked(stranger, {})).toBe(false);
  expect(asked({ account: "x", person: "boss" }, { state: "synced" })).toBe(false);
  expect(asked({ account: "x", person: "boss", role: "branch_secretary" }, {})).toBe(false);
});
