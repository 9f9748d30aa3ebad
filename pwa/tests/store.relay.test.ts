import { expect, it } from "vitest";
import { createCore } from "../src/core.ts";
import { enrolled, type Phone, PIN, settle } from "./phone.ts";

const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };
const KEPT = "11111111-1111-7111-8111-111111111111";

/** What a browser does that needs the room: the whole database goes, under the open app. */
async function evicted(phone: Phone): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = phone.idb.deleteDatabase("zoufang");
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
  await settle();
}

async function busyPhone(): Promise<Phone> {
  const phone = await enrolled();
  phone.server.write(KEPT, "visit", { narrative: "from the server" });
  await phone.core.syncNow();
  await phone.core.create("visit", { ...VISIT, narrative: "sent" });
  await phone.core.syncNow();
  phone.online = false;
  await phone.core.create("visit", { ...VISIT, narrative: "waiting" });
  await phone.core.saveDraft("opinion/new", { text: "half a sentence" });
  await phone.core.capture("noted while locked");
  return phone;
}

it("L6 a database emptied under the open app is written again from memory, with the save that found it out", async () => {
  const phone = await busyPhone();
  await evicted(phone);
  await phone.core.create("visit", { ...VISIT, narrative: "after" });
  phone.online = true;
  await phone.reboot();
  const texts = () => phone.core.list("visit").map((view) => view.fields.narrative).sort();
  expect(texts()).toEqual(["after", "from the server", "sent", "waiting"]);
  expect(phone.core.draft("opinion/new")).toEqual({ text: "half a sentence" });
  expect(phone.core.captures().map((note) => note.text)).toEqual(["noted while locked"]);
  expect(phone.core.outbox().map((one) => one.n)).toEqual([2, 3]);
  await phone.core.syncNow();
  expect([...phone.server.records.values()].map((row) => row.fields.narrative).sort()).toEqual(texts());
  expect(phone.core.sync().arrivedAtMs).toBeDefined();
});

it("L6 a sync that finds the database gone writes it again before it forgets anything", async () => {
  const phone = await busyPhone();
  phone.online = true;
  await evicted(phone);
  await phone.core.syncNow();
  await phone.core.syncNow();
  expect([...phone.server.records.values()].map((row) => row.fields.narrative)).toContain("waiting");
  await phone.reboot();
  expect(phone.core.list("visit")).toHaveLength(3);
  expect(phone.core.draft("opinion/new")).toEqual({ text: "half a sentence" });
});

it("a draft that is being typed survives, too", async () => {
  const phone = await busyPhone();
  await evicted(phone);
  await phone.core.saveDraft("opinion/new", { text: "a whole sentence" });
  await phone.reboot();
  expect(phone.core.draft("opinion/new")).toEqual({ text: "a whole sentence" });
  expect(phone.core.sync().waiting).toBe(1);
});

it("two open tabs write it again once, and neither empties the other", async () => {
  const phone = await busyPhone();
  const second = await createCore(phone.ports());
  await second.unlock(PIN);
  await evicted(phone);
  await Promise.all([
    phone.core.create("visit", { ...VISIT, narrative: "first tab" }),
    second.create("visit", { ...VISIT, narrative: "second tab" }),
  ]);
  await phone.reboot();
  const texts = phone.core.list("visit").map((view) => view.fields.narrative);
  expect(texts.sort()).toEqual(["first tab", "from the server", "second tab", "sent", "waiting"]);
  expect(phone.core.outbox().map((one) => one.n)).toEqual([2, 3, 4]);
});
