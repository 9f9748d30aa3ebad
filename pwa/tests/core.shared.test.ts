/** Two people, one phone: A's work is sealed, still goes up as A's, and B sees none of it. */
import { expect, it, vi } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, PIN, slugOf } from "./phone.ts";
import { newSafe } from "./recovery.ts";

const SECRET = "群众说路灯坏了三年";
const PEOPLE = [
  ["a1", "王建国"],
  ["b1", "李秀英"],
] as const;
const PIN_B = "another horse 木";

async function shared(server: FakeServer): Promise<Phone> {
  for (const [account, name] of PEOPLE) {
    const person = server.newId();
    server.persons.set(account, person);
    server.write(person, "person", { name }, { scope: "town:t" });
  }
  const phone = await enrolled(server, "a1");
  await phone.core.create("visit", { village_id: "v1", narrative: SECRET });
  await phone.core.saveDraft("visit/new", { text: SECRET });
  expect(phone.core.list("person")).toHaveLength(2);
  await phone.core.switchTo();
  expect(phone.core.phase()).toBe("absent");
  await phone.core.enrol({ code: server.invite("b1"), label: "B", pin: PIN_B, platform: "node" });
  return phone;
}

it("each has a passphrase that opens nothing of the other's", async () => {
  const phone = await shared(new FakeServer());
  expect(phone.core.list("visit")).toEqual([]);
  expect(phone.core.drafts()).toEqual([]);
  expect(phone.core.outbox()).toEqual([]);
  expect(phone.core.me()?.account).toBe("b1");
  phone.core.lock();
  expect(await slugOf(phone.core.unlock(PIN))).toBe("wrong-pin");
});

it("the lock screen names both, and each finds his work where he left it, without a network", async () => {
  const server = new FakeServer();
  const phone = await shared(server);
  await phone.core.syncNow();
  phone.core.lock();
  const names = () => phone.core.housemates().map(({ name, current }) => [name, current]);
  await vi.waitFor(() =>
    expect(names()).toEqual([
      ["王建国", false],
      ["李秀英", true],
    ]),
  );
  phone.online = false;
  await phone.core.switchTo(phone.core.housemates()[0]?.id);
  expect(phone.core.phase()).toBe("locked");
  await phone.core.unlock(PIN);
  expect(phone.core.list("visit").map((view) => view.fields.narrative)).toEqual([SECRET]);
  expect(phone.core.draft("visit/new")).toEqual({ text: SECRET });
  expect(phone.core.list("person")).toHaveLength(2);
});

it("while B works, A's work is handed in sealed with A's drop token", async () => {
  const server = new FakeServer();
  const safe = await newSafe(server);
  const phone = await shared(server);
  phone.core.start();
  await vi.waitFor(() => expect(server.parcels).toHaveLength(1));
  const parcel = server.parcels[0];
  expect(server.replicas.get(parcel?.replica ?? "")?.account).toBe("a1");
  expect((await safe.open(parcel?.body ?? "")).join()).toContain(SECRET);
  await phone.core.syncNow();
  expect(server.changes.size).toBe(0);
  await phone.core.create("visit", { village_id: "v1", narrative: "B's own" });
  await phone.core.syncNow();
  expect([...server.records.values()].filter((row) => row.kind === "visit").map((row) => row.fields.narrative)).toEqual(["B's own"]);
});

it("after a restart the phone asks for the one who was here last, and the other is still there", async () => {
  const phone = await shared(new FakeServer());
  phone.core.close();
  await phone.boot();
  expect(phone.core.phase()).toBe("locked");
  await phone.core.unlock(PIN_B);
  expect(phone.core.me()?.account).toBe("b1");
  expect(phone.core.housemates()).toHaveLength(2);
});

it("a newcomer who goes away again leaves the phone as it was", async () => {
  const server = new FakeServer();
  const phone = await enrolled(server, "a1");
  await phone.core.switchTo();
  expect(phone.core.phase()).toBe("absent");
  expect(phone.core.storage().evicted).toBe(false);
  await phone.core.switchTo(phone.core.housemates()[0]?.id);
  await phone.core.unlock(PIN);
  expect(phone.core.me()?.account).toBe("a1");
});

it("a wipe of one takes nothing from the other", async () => {
  const server = new FakeServer();
  await newSafe(server);
  const phone = await shared(server);
  await phone.core.create("visit", { village_id: "v1", narrative: "B's own" });
  for (const replica of server.replicas.values()) replica.revoked = replica.account === "a1";
  phone.core.start();
  await vi.waitFor(() => expect(phone.core.housemates()).toHaveLength(1));
  expect(phone.core.phase()).toBe("open");
  expect(phone.core.list("visit")).toHaveLength(1);
  expect(await phone.rows("outbox")).toEqual([]);
});
