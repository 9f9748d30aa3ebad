import { expect, it } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { enrolled, Phone, PIN, slugOf } from "./phone.ts";

const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };

it("keeps a visit over a kill and delivers it exactly once", async () => {
  const server = new FakeServer();
  const phone = await enrolled(server);
  phone.online = false;
  const visit = await phone.core.create("visit", { ...VISIT, narrative: "看了三会一课记录" });
  const check = await phone.core.create("record_check", {
    visit_id: visit,
    area: "study",
    doc_type: "ledger",
    title: "台账",
    found: "partial",
  });
  expect(phone.core.get(visit)?.place).toBe("device");

  await phone.reboot();
  expect(phone.core.get(visit)?.fields.narrative).toBe("看了三会一课记录");
  expect(phone.core.children(visit).map((view) => view.id)).toEqual([check]);
  expect(phone.core.sync().waiting).toBe(2);
  expect(phone.core.sync().arrivedAtMs).toBeUndefined();

  phone.online = true;
  await phone.core.syncNow();
  expect(phone.core.sync()).toMatchObject({ waiting: 0, quarantined: 0, running: false });
  expect(phone.core.sync().arrivedAtMs).toBe(server.now);
  expect(phone.core.get(visit)).toMatchObject({ place: "arrived", pending: [], scope: "field:v1" });
  expect([...server.applications.values()]).toEqual([1, 1]);
  expect(phone.core.history(visit)).toMatchObject([{ n: 1, action: "create", outcome: "applied" }]);
});

it("is absent, locked, open in turn, and says who is signed in only while open", async () => {
  const phone = new Phone(new FakeServer());
  await phone.boot();
  expect(phone.core.phase()).toBe("absent");
  expect(await slugOf(phone.core.unlock(PIN))).toBe("not-enrolled");
  const input = { code: phone.server.invite("a1"), label: "x", platform: "node" };
  expect(await slugOf(phone.core.enrol({ ...input, pin: "short" }))).toBe("pin-too-short");
  await phone.core.enrol({ ...input, pin: PIN });
  expect(phone.core.phase()).toBe("open");
  expect(phone.core.me()?.township.name).toBe("云台镇");
  phone.core.lock();
  expect(phone.core.phase()).toBe("locked");
  expect(phone.core.me()).toBeUndefined();
  expect(phone.core.list("visit")).toEqual([]);
  expect(await slugOf(phone.core.create("visit", VISIT))).toBe("locked");
});
