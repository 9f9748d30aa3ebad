/** A visit deleted over a private draft: its author is asked, brings it back or keeps his words, and loses neither. */
import { expect, test } from "vitest";
import { isAbove, openConflicts } from "../../src/parts/conflicts.ts";
import { aboveOf, keepInstead } from "../../src/screens/sync/conflicts/above.ts";
import { FakeServer } from "../fake-server.ts";
import { enrolled } from "../phone.ts";

const [VISIT, QUESTION] = ["11111111-1111-7111-8111-111111111111", "22222222-2222-8222-8222-222222222222"];
const WORDS = "路灯不亮";

async function deletedOver(role: string) {
  const server = new FakeServer();
  server.roles = [{ role }];
  server.write(VISIT, "visit", { village_id: "v1", visitor_id: "p9" });
  const phone = await enrolled(server);
  const { core } = phone;
  const draft = await core.create("opinion", { origin: "visit", origin_id: VISIT, village_id: "v1", text: WORDS });
  await core.syncNow();
  const me = core.me();
  server.write(VISIT, "visit", {}, { deleted: true });
  const side = { replica: me?.replica, n: 1, account: me?.account, value: {}, base: null, captured_at_ms: null };
  const asked = { record: draft, record_kind: "opinion", field: "deleted", sides: [side], status: "open", reason: "deleted-above" };
  server.write(QUESTION, "conflict", asked, { scope: `own:${me?.account}` });
  await core.syncNow();
  const [question] = openConflicts(core).settleable;
  if (!question) throw new Error("nobody was asked");
  return { server, phone, core, draft, question };
}

test("he is asked about his own words, though the visit and the draft have left every list", async () => {
  const { server, core, draft, question } = await deletedOver("pbo");
  expect(isAbove(question)).toBe(true);
  expect(core.list("opinion")).toEqual([]);
  expect(core.get(draft)?.place).toBe("needs-you");
  expect(aboveOf(core, question)).toMatchObject({ words: WORDS, back: false, mayRestore: true });
  server.write(VISIT, "visit", { village_id: "v1" });
  await core.syncNow();
  expect(aboveOf(core, question)).toMatchObject({ words: WORDS, back: true });
});

test("bringing it back is one settle; whose role reads no visit any more is not offered it", async () => {
  const { core } = await deletedOver("committee_member");
  await core.settle(QUESTION, false);
  expect(core.outbox()).toMatchObject([{ record: QUESTION, action: "settle", fields: { value: false } }]);
  expect(openConflicts(core).settleable).toEqual([]);
  const other = await deletedOver("branch_secretary");
  expect(aboveOf(other.core, other.question).mayRestore).toBe(false);
});

test("kept as a note: the words are there before the draft goes, also after a kill", async () => {
  const { phone, question } = await deletedOver("pbo");
  await keepInstead(phone.core, question);
  await phone.reboot();
  expect(phone.core.captures()).toMatchObject([{ text: WORDS }]);
  expect(phone.core.outbox()).toMatchObject([{ action: "settle", fields: { value: true } }]);
});
