/** Nothing ends a session by deleting work: what cannot be pushed is handed in sealed, once, and the screen says exactly that. */
import { expect, it, vi } from "vitest";
import { FakeServer, problem } from "./fake-server.ts";
import { enrolled, type Phone, PIN, settle } from "./phone.ts";
import { newSafe } from "./recovery.ts";

const TEXT = "群众说路灯坏了三年";

async function withWork(server: FakeServer, account = "a1"): Promise<Phone> {
  const phone = await enrolled(server, account);
  await phone.core.create("visit", { village_id: "v1", narrative: TEXT });
  return phone;
}

/** In the background of a page that is open. */
async function starts(phone: Phone): Promise<void> {
  phone.core.start();
  await vi.waitFor(async () => {
    await settle();
    expect(phone.server.inFlight).toBe(0);
  });
  await settle();
}

it("a locked phone hands its outbox in sealed, the recovery key opens it, and the screen does not say delivered", async () => {
  const server = new FakeServer();
  const safe = await newSafe(server);
  const phone = await withWork(server);
  phone.core.lock();
  await phone.core.capture("路上看到水渠塌了");
  expect(phone.core.sync()).toMatchObject({ waiting: 1, handed: 0, locked: true });
  await starts(phone);
  expect(phone.core.sync()).toMatchObject({ waiting: 1, handed: 1, locked: true });
  expect(phone.core.sync().arrivedAtMs).toBeUndefined();
  expect(phone.core.handedNotes()).toBe(1);
  expect(server.parcels).toHaveLength(1);
  const body = server.parcels[0]?.body ?? "";
  expect((await safe.open(body)).join()).toContain(TEXT);
  expect(JSON.parse(body).vault).not.toHaveProperty("pin");
  expect(body).not.toContain("token-");
});

it("the same rows go once, also over a lost answer and a restart; what is new goes afterwards", async () => {
  const server = new FakeServer();
  await newSafe(server);
  const phone = await withWork(server);
  phone.core.lock();
  server.cutAfter = (path) => path === "/sync/v1/sealed";
  await starts(phone);
  expect(phone.core.sync().handed).toBe(0);
  server.cutAfter = () => false;
  await phone.pass(60_000);
  await settle();
  expect(phone.core.sync().handed).toBe(1);
  expect(server.parcels).toHaveLength(1);
  phone.core.close();
  await phone.boot();
  expect(phone.core.sync().handed).toBe(1);
  await starts(phone);
  await phone.core.capture("新的一条");
  await vi.waitFor(() => expect(server.parcels).toHaveLength(2));
  expect(JSON.parse(server.parcels[1]?.body ?? "").outbox).toEqual([]);
});

it("after the unlock the phone pushes as ever, and only then is it delivered", async () => {
  const server = new FakeServer();
  await newSafe(server);
  const phone = await withWork(server);
  phone.core.lock();
  await starts(phone);
  await phone.core.unlock(PIN);
  await phone.core.syncNow();
  expect(phone.core.sync()).toMatchObject({ waiting: 0, handed: 0 });
  expect(phone.core.sync().arrivedAtMs).toBeDefined();
  phone.core.lock();
  expect(phone.core.sync()).toMatchObject({ waiting: 0, handed: 0 });
});

it("a phone without a recovery copy of its key keeps everything and claims nothing", async () => {
  const server = new FakeServer();
  const phone = await withWork(server);
  phone.core.lock();
  await starts(phone);
  expect(server.parcels).toEqual([]);
  expect(phone.core.sync()).toMatchObject({ waiting: 1, handed: 0 });
});

it("an ended session hands in, keeps its outbox, and a new invitation pushes it", async () => {
  const server = new FakeServer();
  await newSafe(server);
  const phone = await withWork(server);
  server.intercept = (path) =>
    path === "/sync/v1/sealed" || path.startsWith("/auth") ? undefined : problem(401, "unknown-replica", { device_action: "enrol" });
  await starts(phone);
  await vi.waitFor(() => expect(phone.core.sync()).toMatchObject({ waiting: 1, handed: 1 }));
  expect(server.parcels).toHaveLength(1);
  expect(phone.core.list("visit")).toHaveLength(1);
  server.intercept = () => undefined;
  await phone.core.enrol({ code: server.invite("a1"), label: "again", pin: PIN, platform: "node" });
  await phone.core.syncNow();
  expect(phone.core.sync().waiting).toBe(0);
  expect(server.records.size).toBe(1);
});

it("a server that does not know the token is not asked again and again", async () => {
  const server = new FakeServer();
  await newSafe(server);
  const phone = await withWork(server);
  phone.core.lock();
  server.intercept = (path) => (path === "/sync/v1/sealed" ? problem(401, "unknown-replica", {}) : undefined);
  await starts(phone);
  await phone.pass(3_600_000);
  expect(server.seen.filter((one) => one.path === "/sync/v1/sealed")).toHaveLength(1);
  expect(phone.core.sync()).toMatchObject({ waiting: 1, handed: 0 });
});

it("an outbox larger than one parcel goes in several, each with at most 200 rows", async () => {
  const server = new FakeServer();
  await newSafe(server);
  const phone = await enrolled(server);
  for (let at = 0; at < 205; at += 1) await phone.core.create("visit", { village_id: "v1", narrative: `${at}` });
  phone.core.lock();
  await starts(phone);
  await vi.waitFor(() => expect(phone.core.sync().handed).toBe(205));
  expect(server.parcels.map(({ body }) => JSON.parse(body).outbox.length)).toEqual([200, 5]);
});
