/** Who is asked to settle: the same answer for the pill, the card on 今日, the list and the mark on the record. */
import { expect, test } from "vitest";
import { hold, type Surroundings } from "../../src/client.ts";
import type { Core, View } from "../../src/contract.ts";
import { type Asker, maySettle } from "../../src/domain/conflicts.ts";
import { isAutomatic, openConflicts } from "../../src/parts/conflicts.ts";
import { FakeServer } from "../fake-server.ts";
import { enrolled } from "../phone.ts";

const VISIT = "11111111-1111-7111-8111-111111111111";
const CONFLICT = "22222222-2222-8222-8222-222222222222";
const visit = { kind: "visit", createdBy: "author", deleted: false, fields: { visitor_id: "visitor", companions: ["companion"] } };
const asker = (name: string, role = "leader"): Asker => ({ account: name, person: name, roles: [{ role }] });
const over = (field: string, ...accounts: string[]): object => ({ field, sides: accounts.map((account) => ({ account })) });

test("visitor, companion and author settle everything in a visit, the office its header, others nothing", () => {
  const may = (me: Asker, field: string): boolean => maySettle(me, visit, over(field) as never);
  for (const name of ["visitor", "companion", "author"]) expect(may(asker(name), "narrative")).toBe(true);
  expect(may(asker("clerk", "pbo"), "start_at")).toBe(true);
  expect(may(asker("clerk", "pbo"), "narrative")).toBe(false);
  expect(may(asker("other"), "start_at")).toBe(false);
  expect(maySettle(asker("visitor"), { ...visit, kind: "interview" }, over("answer") as never)).toBe(false);
});

test("a record deleted under an edit asks whoever made the edit", () => {
  const gone = { kind: "visit", createdBy: "author", deleted: true, fields: {} };
  expect(maySettle(asker("companion"), gone, over("deleted", "companion") as never)).toBe(true);
  expect(maySettle(asker("other"), gone, over("deleted", "companion") as never)).toBe(false);
});

test.each([
  ["person-a1", 1, "needs-you"],
  ["somebody", 0, "arrived"],
])("a conflict in a visit of %s is %i need, and its mark says %s", async (visitor, needs, place) => {
  const server = new FakeServer();
  server.write(VISIT, "visit", { village_id: "v1", visitor_id: visitor, narrative: "theirs" });
  server.write(CONFLICT, "conflict", { record: VISIT, record_kind: "visit", field: "narrative", sides: [{ replica: "r", n: 1, account: "a1", value: "mine" }], status: "open" });
  const { core } = await enrolled(server);
  hold(core as Core, {} as Surroundings);
  expect(openConflicts(core).settleable).toHaveLength(needs);
  expect((core.get(VISIT) as View).place).toBe(place);
});

test("what a person settled, also offline, is not offered as settled by itself", async () => {
  const server = new FakeServer();
  server.write(VISIT, "visit", { village_id: "v1", visitor_id: "person-a1", planned_for: "2026-12-02" });
  const fields = { record: VISIT, record_kind: "visit", field: "planned_for", sides: [{ replica: "r", n: 1, account: "a1", value: "2026-12-01" }] };
  server.write(CONFLICT, "conflict", { ...fields, status: "settled", settled_by: null });
  const { core } = await enrolled(server);
  expect(isAutomatic(core, core.get(CONFLICT) as View)).toBe(true);
  await core.settle(CONFLICT, "2026-12-01");
  expect(core.get(VISIT)?.fields.planned_for).toBe("2026-12-01");
  expect(isAutomatic(core, core.get(CONFLICT) as View)).toBe(false);
});
