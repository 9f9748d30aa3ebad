import { describe, expect, it } from "vitest";
import { openWith, privateKey, Sealer, aesKey, fromUtf8, type Bytes } from "../src/store/seal.ts";
import type { VaultRow } from "../src/store/vault.ts";
import { argon2 } from "../src/store/vault.ts";
import { outboxLabel, type OutboxRow } from "../src/store/rows.ts";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, PIN, slugOf } from "./phone.ts";

const NAME = "犇喆甪堽垚";
const TEXT = "群众说路灯坏了三年";
const DRAFT_KEY = "interviewee of 王犇";

async function everything(phone: Phone): Promise<string> {
  const stores = ["meta", "mirror", "outbox", "outcomes", "drafts", "captures", "attic"];
  const rows = await Promise.all(stores.map((store) => phone.rows(store)));
  return rows
    .flat()
    .flatMap((row) => seen(row))
    .join("\n");
}

/** Every string, and every run of bytes as latin-1 and as UTF-8. */
function seen(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString("latin1"), Buffer.from(value).toString("utf8")];
  if (typeof value === "object" && value !== null) return Object.entries(value).flatMap(([key, inner]) => [key, ...seen(inner)]);
  return [String(value)];
}

it("no name, text, draft key, token or passphrase lies readable in any store", async () => {
  const phone = await enrolled();
  const visit = await phone.core.create("visit", { village_id: "v1", visitor_id: "p1", narrative: TEXT });
  const interview = await phone.core.create("interview", { visit_id: visit, answer: TEXT, category: "masses" });
  await phone.core.syncNow();
  await phone.core.create("interviewee", { interview_id: interview, name: NAME });
  await phone.core.saveDraft(DRAFT_KEY, { text: TEXT, name: NAME });
  phone.core.lock();
  await phone.core.capture(TEXT);
  const dump = await everything(phone);
  const utf8 = Buffer.from(NAME).toString("latin1");
  for (const secret of [NAME, utf8, TEXT, Buffer.from(TEXT).toString("latin1"), DRAFT_KEY, "王犇", PIN, "云台镇", "token-"]) {
    expect(dump.includes(secret)).toBe(false);
  }
  expect(dump.length).toBeGreaterThan(1000);
});

it("the label of a box is bound to it: a row moved to another id or version does not open", async () => {
  const crypto = globalThis.crypto;
  const sealer = new Sealer(crypto, await aesKey(crypto, crypto.getRandomValues(new Uint8Array(32))));
  const box = await sealer.sealJson("mirror/a/1", { a: 1 });
  expect(await sealer.openJson("mirror/a/1", box)).toEqual({ a: 1 });
  await expect(sealer.openJson("mirror/a/2", box)).rejects.toThrow();
  await expect(sealer.openJson("mirror/b/1", box)).rejects.toThrow();
});

it("the township's recovery key opens what a forgotten passphrase closed", async () => {
  const pair = (await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"])) as CryptoKeyPair;
  const publicRaw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const server = new FakeServer();
  server.recoveryKey = btoa(String.fromCharCode(...publicRaw));
  const phone = await enrolled(server);
  await phone.core.create("visit", { village_id: "v1", narrative: TEXT });
  const [meta, outbox] = await Promise.all([phone.rows("meta"), phone.rows("outbox")]);
  const vault = meta.find((row) => (row as VaultRow).recovery !== undefined) as VaultRow;
  const own = await privateKey(crypto, new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
  if (!vault.recovery) throw new Error("no recovery wrap");
  const raw = await openWith(crypto, own, publicRaw, `zoufang/recovery/${vault.id}`, vault.recovery);
  const row = outbox[0] as OutboxRow;
  const opened = await new Sealer(crypto, await aesKey(crypto, raw)).open(outboxLabel(row.change), row);
  expect(fromUtf8(opened)).toContain(TEXT);
});

it("derives the wrapping key with Argon2id over 46 MiB", async () => {
  const salt = new Uint8Array(16).fill(7) as Bytes;
  const key = await argon2("解锁口令 0123456789", salt);
  expect(key).toHaveLength(32);
  expect(Buffer.from(key).toString("hex")).not.toBe(Buffer.from(await argon2("解锁口令 0123456788", salt)).toString("hex"));
  const { argon2id } = await import("hash-wasm");
  const again = await argon2id({
    password: "解锁口令 0123456789",
    salt,
    memorySize: 46 * 1024,
    iterations: 1,
    parallelism: 1,
    hashLength: 32,
    outputType: "hex",
  });
  expect(Buffer.from(key).toString("hex")).toBe(again);
});

describe("wrong passphrases", () => {
  const wrong = (phone: Phone) =>
    phone.core.unlock("wrong horse 木木").then(
      () => undefined,
      (thrown: object) => ({ ...thrown }) as { slug: string; wait_s: number; tries_left: number },
    );

  async function locked(): Promise<Phone> {
    const server = new FakeServer();
    server.write("11111111-1111-7111-8111-111111111111", "visit", { narrative: "of others" });
    const phone = await enrolled(server);
    await phone.core.create("visit", { village_id: "v1", narrative: TEXT });
    phone.core.lock();
    expect(await phone.rows("mirror")).toHaveLength(1);
    return phone;
  }

  it("wait 0, 0, 0, 10, 30, 60 seconds; a try during the wait is refused and not counted", async () => {
    const phone = await locked();
    const told = [];
    for (const wait of [0, 0, 0, 10, 30, 60]) {
      told.push(await wrong(phone));
      if (wait) expect(await wrong(phone)).toMatchObject({ slug: "wrong-pin", wait_s: wait });
      await phone.pass(wait * 1000);
    }
    expect(told.map((one) => one?.wait_s)).toEqual([0, 0, 0, 10, 30, 60]);
    expect(told.map((one) => one?.tries_left)).toEqual([9, 8, 7, 6, 5, 4]);
    await phone.core.unlock(PIN);
    expect(phone.core.phase()).toBe("open");
    phone.core.lock();
    expect(await wrong(phone)).toMatchObject({ wait_s: 0, tries_left: 9 });
  });

  it("neither turning the clock nor a reload shortens a wait", async () => {
    const phone = await locked();
    for (let i = 0; i < 4; i++) await wrong(phone);
    phone.nowMs += 3_600_000;
    expect(await slugOf(phone.core.unlock(PIN))).toBe("wrong-pin");
    phone.nowMs -= 7_200_000;
    expect(await slugOf(phone.core.unlock(PIN))).toBe("wrong-pin");
    phone.core.close();
    phone.timers = [];
    await phone.boot();
    expect(await slugOf(phone.core.unlock(PIN))).toBe("wrong-pin");
    await phone.pass(10_000);
    await phone.core.unlock(PIN);
    expect(phone.core.phase()).toBe("open");
  });

  it("a kill in the middle of a try gives none away", async () => {
    const phone = await locked();
    const kdf = phone.extra.kdf;
    phone.extra.kdf = () => new Promise(() => undefined);
    for (let i = 0; i < 3; i++) {
      phone.core.close();
      await phone.boot();
      void phone.core.unlock("a guess cut short");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    phone.extra.kdf = kdf;
    phone.core.close();
    await phone.boot();
    expect(await wrong(phone)).toMatchObject({ wait_s: 10, tries_left: 6 });
  });

  it("the tenth erases the readable cache and this passphrase, never the outbox; notes can still be taken", async () => {
    const phone = await locked();
    phone.core.close();
    await phone.boot();
    let last: string | undefined;
    for (let i = 0; i < 10; i++) {
      last = (await wrong(phone))?.slug;
      await phone.pass(1_800_000);
    }
    expect(last).toBe("pin-erased");
    expect(await slugOf(phone.core.unlock(PIN))).toBe("pin-erased");
    expect(await phone.rows("mirror")).toEqual([]);
    expect(await phone.rows("outbox")).toHaveLength(1);
    expect(phone.core.phase()).toBe("locked");
    await phone.core.capture("still possible");
    expect(phone.core.captureCount()).toBe(1);
    expect(phone.core.sync().waiting).toBe(1);
  });
});

it("takes notes while locked that only an unlock can read", async () => {
  const phone = await enrolled();
  phone.core.lock();
  await phone.core.capture(TEXT, 42);
  await phone.core.capture("second");
  expect(phone.core.captures()).toEqual([]);
  expect(phone.core.captureCount()).toBe(2);
  await phone.reboot();
  expect(phone.core.captures().map(({ text, at_ms }) => [text, at_ms])).toEqual([
    [TEXT, 42],
    ["second", phone.nowMs],
  ]);
  await phone.core.dropCapture(phone.core.captures()[0]?.id ?? "");
  await phone.reboot();
  expect(phone.core.captures().map((one) => one.text)).toEqual(["second"]);
});
