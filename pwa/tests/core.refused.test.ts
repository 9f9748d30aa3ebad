/** A refused change is sent again, left to the office, or given up; through every kill it is one or the other (L6). */
import { expect, test } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, slugOf } from "./phone.ts";

const VISIT = "11111111-1111-7111-8111-111111111111";
const CHECK = { visit_id: VISIT, title: "台账" };

async function withRefused(): Promise<{ phone: Phone; id: string; n: number }> {
  const server = new FakeServer();
  server.write(VISIT, "visit", { village_id: "v1", visitor_id: "person-a1", state: "in_progress" });
  const phone = await enrolled(server);
  server.poison = (change) => ((change.fields as { found?: string }).found ? undefined : "invalid-change");
  const id = await phone.core.create("record_check", CHECK);
  await phone.core.syncNow();
  const [item] = phone.core.outbox();
  expect(item).toMatchObject({ state: "quarantined", fields: CHECK, action: "create" });
  return { phone, id, n: item?.n ?? 0 };
}

test("sent again, it is a new change for the same record, and the old one asks no more", async () => {
  const { phone, id, n } = await withRefused();
  await phone.core.saveDraft("mend", { found: "partial" });
  await phone.core.resubmit(n, { ...CHECK, found: "partial" }, "mend");
  await phone.reboot();
  expect(phone.core.outbox().map((item) => [item.n, item.state])).toEqual([[n + 1, "waiting"]]);
  expect(phone.core.drafts()).toEqual([]);
  expect(phone.core.get(id)?.fields).toMatchObject({ title: "台账", found: "partial" });
  await phone.core.syncNow();
  expect(phone.server.records.get(id)?.fields).toMatchObject({ found: "partial" });
  expect(phone.core.sync().quarantined).toBe(0);
  expect(phone.core.history(id).map((item) => item.outcome)).toEqual(["let-go", "applied"]);
  expect(await slugOf(phone.core.resubmit(n, CHECK))).toBe("no-record");
});

test("cut in the middle, it is still refused and can still be mended", async () => {
  const { phone, n } = await withRefused();
  phone.fault = (point) => {
    if (point.startsWith("idb:commit")) throw new Error("power cut");
  };
  expect(await slugOf(phone.core.resubmit(n, { ...CHECK, found: "partial" }))).not.toBe("nothing was thrown");
  phone.fault = () => undefined;
  await phone.reboot();
  expect(phone.core.outbox().map((item) => [item.n, item.state])).toEqual([[n, "quarantined"]]);
  await phone.core.resubmit(n, { ...CHECK, found: "partial" });
  expect(phone.core.outbox().map((item) => item.state)).toEqual(["waiting"]);
});

test("left to the office, it stays in sight but asks nobody, also after the next start", async () => {
  const { phone, id, n } = await withRefused();
  expect(phone.core.sync().quarantined).toBe(1);
  await phone.core.leaveToOffice(n);
  await phone.reboot();
  expect(phone.core.sync().quarantined).toBe(0);
  expect(phone.core.outbox()).toMatchObject([{ n, state: "quarantined", with_office: true }]);
  expect(phone.core.get(id)?.fields.title).toBe("台账");
  await phone.core.letGo(n);
  await phone.reboot();
  expect(phone.core.outbox()).toEqual([]);
});

test("a deleted record is listed until it is brought back", async () => {
  const { phone } = await withRefused();
  phone.server.poison = undefined;
  await phone.core.delete(VISIT);
  expect(phone.core.deleted().map((view) => view.id)).toEqual([VISIT]);
  await phone.core.syncNow();
  expect(phone.core.deleted().map((view) => view.id)).toEqual([VISIT]);
  await phone.core.restore(VISIT);
  expect(phone.core.deleted()).toEqual([]);
});
