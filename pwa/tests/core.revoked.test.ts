/** A phone out of service: drained, then wiped, and what nobody else has is kept sealed (L16). */
import { expect, it, vi } from "vitest";
import { type Core, createCore } from "../src/core.ts";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, PIN, settle, slugOf } from "./phone.ts";
import { newSafe } from "./recovery.ts";

const TEXT = "群众说路灯坏了三年";
const STORES = ["mirror", "outbox", "outcomes", "drafts", "captures"];

async function withWork(server: FakeServer): Promise<Phone> {
  server.write("11111111-1111-7111-8111-111111111111", "visit", { narrative: "of others" });
  const phone = await enrolled(server);
  await phone.core.create("visit", { village_id: "v1", narrative: TEXT });
  await phone.core.saveDraft("visit/new", { text: "没写完" });
  return phone;
}

function revoke(server: FakeServer): void {
  for (const replica of server.replicas.values()) replica.revoked = true;
}

async function left(phone: Phone): Promise<number> {
  const rows = await Promise.all(STORES.map((store) => phone.rows(store)));
  return rows.flat().length;
}

async function wiped(phone: Phone): Promise<void> {
  await vi.waitFor(async () => {
    await settle();
    expect(phone.core.wiped()).toBeDefined();
  });
}

it("an open phone pushes its outbox, hands in its drafts, and is empty", async () => {
  const server = new FakeServer();
  await newSafe(server);
  const phone = await withWork(server);
  revoke(server);
  phone.core.start();
  await wiped(phone);
  expect(server.changes.size).toBe(1);
  expect(server.parcels.map(({ body }) => JSON.parse(body).drafts.length)).toEqual([1]);
  expect(phone.core.phase()).toBe("absent");
  expect(phone.core.wiped()?.kept).toBe(0);
  expect([await left(phone), (await phone.rows("attic")).length]).toEqual([0, 0]);
  expect(JSON.stringify(await phone.rows("meta"))).not.toContain("drop-");
});

it("a locked phone hands everything in sealed, and is empty, too", async () => {
  const server = new FakeServer();
  const safe = await newSafe(server);
  const phone = await withWork(server);
  phone.core.lock();
  await phone.core.capture("路上看到的");
  revoke(server);
  phone.core.start();
  await wiped(phone);
  expect(server.changes.size).toBe(0);
  expect((await safe.open(server.parcels[0]?.body ?? "")).join()).toContain(TEXT);
  expect(JSON.parse(server.parcels[0]?.body ?? "")).toMatchObject({ drafts: [{}], captures: [{}] });
  expect([await left(phone), (await phone.rows("attic")).length]).toEqual([0, 0]);
  expect(phone.core.phase()).toBe("absent");
});

it("a lost phone without anything to say learns of it at its next contact", async () => {
  const server = new FakeServer();
  const phone = await enrolled(server);
  phone.core.lock();
  revoke(server);
  phone.online = false;
  phone.core.start();
  await settle();
  expect(phone.core.phase()).toBe("locked");
  phone.online = true;
  phone.core.wentOnline();
  await wiped(phone);
  expect(phone.core.storage().evicted).toBe(false);
});

it("L16 what cannot be handed in stays sealed, is told, and is in every export", async () => {
  const server = new FakeServer();
  const phone = await withWork(server);
  phone.core.lock();
  revoke(server);
  phone.core.start();
  await wiped(phone);
  expect(phone.core.wiped()?.kept).toBe(2);
  const bytes = await phone.core.exportBackup();
  const other = await enrolled(new FakeServer());
  expect(await other.core.importBackup(bytes, PIN)).toEqual({ changes: 1, drafts: 1 });
});

it("without a network nothing is wiped", async () => {
  const server = new FakeServer();
  await newSafe(server);
  const phone = await withWork(server);
  phone.core.lock();
  revoke(server);
  server.cutAfter = () => true;
  phone.core.start();
  await phone.pass(600_000);
  expect(phone.core.phase()).toBe("locked");
  expect(await left(phone)).toBe(3);
  server.cutAfter = () => false;
  await phone.pass(3_600_000);
  await wiped(phone);
});

it("an invitation makes it somebody's phone again", async () => {
  const server = new FakeServer();
  const phone = await enrolled(server);
  phone.core.lock();
  revoke(server);
  phone.core.start();
  await wiped(phone);
  await phone.core.enrol({ code: server.invite("a2"), label: "x", pin: PIN, platform: "node" });
  expect(phone.core.phase()).toBe("open");
  expect(phone.core.wiped()).toBeUndefined();
});

it("another tab that is open on the phone is locked out", async () => {
  const server = new FakeServer();
  const phone = await enrolled(server);
  const listeners: (() => void)[] = [];
  const channel = { post: () => listeners.forEach((heard) => void heard()), listen: (heard: () => void) => void listeners.push(heard) };
  const other: Core = await createCore({ ...phone.ports(), channel });
  await other.unlock(PIN);
  phone.core.close();
  phone.extra = { channel };
  await phone.boot();
  revoke(server);
  phone.core.start();
  await wiped(phone);
  await vi.waitFor(() => expect(other.phase()).toBe("absent"));
  expect(await slugOf(other.create("visit", { village_id: "v1" }))).toBe("not-enrolled");
});
