/** A quick note is offered only what its author's role may write; what he typed before is kept as a note of his own. */
import { expect, test } from "vitest";
import { filingOf } from "../../src/screens/today/filing.ts";
import { keepAsNote, NEW_VISIT } from "../../src/screens/visit/left-typed.ts";
import { FakeServer } from "../fake-server.ts";
import { enrolled } from "../phone.ts";

const [MINE, BESIDE, THEIRS, DONE] = [1, 2, 3, 4].map((n) => `${n}1111111-1111-7111-8111-111111111111`) as [string, string, string, string];

function village(): FakeServer {
  const server = new FakeServer();
  server.write(MINE, "visit", { village_id: "v1", visitor_id: "person-a1", state: "in_progress", start_at: 1 });
  server.write(BESIDE, "visit", { village_id: "v1", visitor_id: "p9", companions: ["person-a1"], state: "in_progress", start_at: 2 });
  server.write(THEIRS, "visit", { village_id: "v1", visitor_id: "p9", state: "in_progress", start_at: 3 });
  server.write(DONE, "visit", { village_id: "v1", visitor_id: "person-a1", state: "completed", start_at: 4 });
  return server;
}

test.each([
  ["committee_secretary", true, [BESIDE, MINE]],
  ["village_lead", true, [BESIDE, MINE]],
  ["committee_member", false, [BESIDE, MINE]],
  ["branch_secretary", false, []],
  ["first_secretary", false, []],
  ["resident_team", false, []],
])("%s: begins a visit %s", async (role, mayBegin, open) => {
  const server = village();
  server.roles = [{ role }];
  const { core } = await enrolled(server);
  const filing = filingOf(core);
  expect(filing.mayBegin).toBe(mayBegin);
  expect(filing.open.map((view) => view.id)).toEqual(open);
});

test("what was typed before the role ended becomes a note with its time, and the draft goes", async () => {
  const phone = await enrolled(new FakeServer());
  await phone.core.saveDraft(NEW_VISIT, { text: "机井坏了", startedMs: 5, village: "v1" });
  await keepAsNote(phone.core);
  await phone.reboot();
  expect(phone.core.captures()).toMatchObject([{ text: "机井坏了", at_ms: 5 }]);
  expect(phone.core.drafts()).toEqual([]);
});
