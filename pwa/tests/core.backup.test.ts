import { describe, expect, it } from "vitest";
import { levelOf } from "../src/store/health.ts";
import { FakeServer } from "./fake-server.ts";
import { enrolled, Phone, PIN, slugOf } from "./phone.ts";

const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };

async function lost(server = new FakeServer()): Promise<{ server: FakeServer; file: Uint8Array }> {
  const phone = await enrolled(server);
  await phone.core.create("visit", { ...VISIT, narrative: "arrived before" });
  await phone.core.syncNow();
  await phone.core.create("visit", { ...VISIT, narrative: "only on the phone" });
  await phone.core.saveDraft("half", { text: "half a sentence" });
  await phone.core.capture("a note");
  phone.core.lock();
  const file = await phone.core.exportBackup();
  phone.core.close();
  return { server, file };
}

describe("a backup", () => {
  it("brings what was never handed over to a new phone, under the same change ids", async () => {
    const { server, file } = await lost();
    const next = await enrolled(server);
    expect(await next.core.importBackup(file, PIN)).toEqual({ changes: 1, drafts: 1 });
    expect(next.core.draft("half")).toEqual({ text: "half a sentence" });
    expect(next.core.captures().map((one) => one.text)).toEqual(["a note"]);
    expect(next.core.sync().waiting).toBe(1);
    expect(await next.core.importBackup(file, PIN)).toEqual({ changes: 0, drafts: 0 });
    await next.core.syncNow();
    const texts = [...server.records.values()].map((row) => row.fields.narrative);
    expect(texts.sort()).toEqual(["arrived before", "only on the phone"]);
  });

  it("does not apply again what the old phone did hand over after all", async () => {
    const server = new FakeServer();
    const phone = await enrolled(server);
    await phone.core.create("visit", { ...VISIT, narrative: "once" });
    const file = await phone.core.exportBackup();
    await phone.core.syncNow();
    const next = await enrolled(server);
    await next.core.importBackup(file, PIN);
    await next.core.syncNow();
    expect([...server.records.values()].map((row) => row.fields.narrative)).toEqual(["once"]);
    expect(next.core.sync()).toMatchObject({ waiting: 0, quarantined: 0 });
  });

  it("asks for its own passphrase, refuses another person's work and what is no backup", async () => {
    const { server, file } = await lost();
    const other = await enrolled(server, "a2");
    expect(await slugOf(other.core.importBackup(file, "not the passphrase"))).toBe("wrong-pin");
    expect(await slugOf(other.core.importBackup(file, PIN))).toBe("backup-of-another-account");
    expect(await slugOf(other.core.importBackup(new TextEncoder().encode("{}"), PIN))).toBe("backup-unreadable");
    expect(await slugOf(other.core.importBackup(file.slice(0, 500), PIN))).toBe("backup-unreadable");
    expect(other.core.sync().waiting).toBe(0);
  });

  it("holds nothing readable", async () => {
    const { file } = await lost();
    const text = new TextDecoder().decode(file);
    for (const secret of ["only on the phone", "half", "a note", PIN, "云台镇"]) expect(text.includes(secret)).toBe(false);
  });

  it("is remembered, so that the screen can say when the last one was made", async () => {
    const phone = await enrolled();
    await phone.core.exportBackup();
    const at = phone.nowMs;
    await phone.reboot();
    expect(phone.core.storage().lastBackupAtMs).toBe(at);
  });
});

describe("storage health", () => {
  it("warns at 70 % and keeps room for text from 90 %", () => {
    expect([0, 0.69, 0.7, 0.89, 0.9].map((share) => levelOf(share * 1000, 1000))).toEqual([
      "ok",
      "ok",
      "warn",
      "warn",
      "text-only",
    ]);
    expect(levelOf(5, 0)).toBe("ok");
  });

  it("asks to be persistent after the first save, and knows an evicted phone from a new one", async () => {
    let kept: string | null = null;
    let asked = 0;
    const keep = (value: string) => {
      kept = value;
    };
    const sentinel = { get: () => kept, set: (value: string) => keep(value) };
    const persist = async () => ++asked > 0;
    const storage = {
      persist,
      persisted: async () => asked > 0,
      estimate: async () => ({ usage: 95, quota: 100 }),
    } as unknown as StorageManager;
    const phone = new Phone(new FakeServer());
    phone.extra = { sentinel, storage };
    await phone.boot();
    expect(phone.core.storage().evicted).toBe(false);
    await phone.core.enrol({ code: phone.server.invite("a1"), label: "x", pin: PIN, platform: "node" });
    expect(asked).toBe(0);
    await phone.core.create("visit", VISIT);
    await phone.core.create("visit", VISIT);
    await phone.core.syncNow();
    expect(asked).toBe(1);
    expect(phone.core.storage()).toMatchObject({ persisted: true, level: "text-only", evicted: false });
    await phone.reboot();
    expect(phone.core.storage().evicted).toBe(false);
    const emptied = new Phone(phone.server);
    emptied.extra = { sentinel, storage };
    await emptied.boot();
    expect(emptied.core.phase()).toBe("absent");
    expect(emptied.core.storage().evicted).toBe(true);
  });
});
