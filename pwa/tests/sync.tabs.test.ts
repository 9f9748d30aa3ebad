import { expect, it } from "vitest";
import { type Core, createCore } from "../src/core.ts";
import { enrolled, type Phone, PIN, settle, slugOf } from "./phone.ts";

const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };
const texts = (phone: Phone) => [...phone.server.records.values()].map((row) => row.fields.narrative).sort();

async function twoTabs(): Promise<[Phone, Core]> {
  const phone = await enrolled();
  const second = await createCore(phone.ports());
  await second.unlock(PIN);
  return [phone, second];
}

it("a change that another tab saves while a new replica registers is renumbered with the rest", async () => {
  const [phone, second] = await twoTabs();
  await phone.core.create("visit", { ...VISIT, narrative: "before" });
  const replica = phone.server.replicas.get(phone.core.me()?.replica ?? "");
  Object.assign(replica ?? {}, { lastN: 5, lastHash: "0".repeat(24) });
  let saved = false;
  phone.server.intercept = async (path) => {
    if (path !== "/auth/v1/replicas" || saved) return undefined as never;
    saved = true;
    await second.create("visit", { ...VISIT, narrative: "meanwhile" });
    return undefined as never;
  };
  await phone.reboot();
  await phone.core.syncNow();
  await second.syncNow();
  await phone.core.syncNow();
  expect(saved).toBe(true);
  expect(texts(phone)).toEqual(["before", "meanwhile"]);
  expect(((await phone.rows("outbox")) as { gen: number; n: number }[]).map(({ gen, n }) => [gen, n])).toEqual([
    [2, 1],
    [2, 2],
  ]);
  expect(phone.core.sync()).toMatchObject({ waiting: 0 });
});

it("the answer to a push that another tab has renumbered meanwhile leaves no hole in the numbers", async () => {
  const [phone, second] = await twoTabs();
  await phone.core.create("visit", { ...VISIT, narrative: "one" });
  const old = phone.server.replicas.get(phone.core.me()?.replica ?? "");
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let first = true;
  const fetch = phone.server.fetch;
  phone.server.fetch = (async (url: string, init: RequestInit) => {
    const answer = await fetch(url, init);
    if (String(url).includes("push") && first) {
      first = false;
      await held;
    }
    return answer;
  }) as typeof fetch;
  await phone.reboot();
  const slow = phone.core.syncNow();
  await settle();
  Object.assign(old ?? {}, { lastHash: "0".repeat(24) });
  await second.syncNow();
  release();
  await slow;
  for (const core of [second, phone.core]) await core.syncNow();
  expect(texts(phone)).toEqual(["one"]);
  expect(phone.core.sync()).toMatchObject({ waiting: 0 });
  const gaps = phone.server.seen
    .filter((one) => one.path === "/sync/v1/push")
    .map((one) => (JSON.parse(one.body) as { changes: { n: number }[] }).changes[0]?.n);
  expect(gaps.every((n) => n === 1)).toBe(true);
});

it("L15 two tabs that pull at once leave nothing on disk twice: a dropped scope leaves it empty", async () => {
  const [phone, second] = await twoTabs();
  for (let at = 0; at < 90; at++) {
    phone.server.write(`00000000-0000-7000-8000-${String(at).padStart(12, "0")}`, "visit", { narrative: `n ${at}` });
    if (at % 30 === 0) await Promise.all([phone.core.syncNow(), second.syncNow()]);
  }
  let more = 90;
  phone.server.intercept = (path) => {
    if (path !== "/sync/v1/pull" || more >= 100) return undefined;
    phone.server.write(`00000000-0000-7000-8000-${String(more++).padStart(12, "0")}`, "visit", {
      narrative: "between two pulls",
    });
    return undefined;
  };
  await Promise.all([phone.core.syncNow(), second.syncNow()]);
  more = 100;
  for (const core of [phone.core, second]) await core.syncNow();
  const third = await createCore(phone.ports());
  await third.unlock(PIN);
  for (const core of [third, phone.core, second]) expect(core.list("visit")).toHaveLength(phone.server.records.size);
  third.close();
  phone.server.scopes = [];
  for (const core of [phone.core, second]) await core.syncNow();
  expect(await phone.rows("mirror")).toEqual([]);
  expect(second.list("visit")).toEqual([]);
});

it("readings that a save of the same tab overtakes lose nothing from the screen", async () => {
  const phone = await enrolled();
  const heard: (() => void)[] = [];
  const channel = {
    post: () => {
      for (const listener of heard) setTimeout(listener, 0);
    },
    listen: (listener: () => void) => void heard.push(listener),
  };
  phone.extra = { channel };
  await phone.reboot();
  const second = await createCore(phone.ports());
  await second.unlock(PIN);
  const many = async (core: Core, name: string) => {
    for (let at = 0; at < 40; at++) await core.create("visit", { ...VISIT, narrative: `${name} ${at}` });
  };
  await Promise.all([many(phone.core, "a"), many(second, "b")]);
  for (let turn = 0; turn < 4; turn++) {
    await settle();
    await phone.pass(400);
  }
  await settle();
  for (const core of [phone.core, second]) {
    expect(core.list("visit")).toHaveLength(80);
    expect(core.outbox().map((one) => one.n)).toEqual(Array.from({ length: 80 }, (_, at) => at + 1));
  }
});

it("a reading that takes its time misses nothing that was saved meanwhile", async () => {
  const phone = await enrolled();
  let hear: () => void = () => undefined;
  const slow = slowSubtle("decrypt");
  phone.extra = {
    crypto: slow.crypto,
    channel: {
      post: () => undefined,
      listen: (listener) => {
        hear = listener;
      },
    },
  };
  await phone.reboot();
  phone.extra = {};
  const second = await createCore(phone.ports());
  await second.unlock(PIN);
  await second.create("visit", { ...VISIT, narrative: "of the other tab" });
  slow.next();
  hear();
  await new Promise((resolve) => setTimeout(resolve, 10));
  await phone.core.create("visit", { ...VISIT, narrative: "while reading" });
  await settle();
  await settle();
  const told = phone.core.list("visit").map((view) => view.fields.narrative);
  expect(told.sort()).toEqual(["of the other tab", "while reading"]);
});

it("a tab that stayed open while another person moved in writes nothing under the old key", async () => {
  const [phone, second] = await twoTabs();
  phone.core.lock();
  await phone.core.enrol({ code: phone.server.invite("a2"), label: "second person", pin: "another long pin", platform: "node" });
  expect(await slugOf(second.create("visit", { ...VISIT, narrative: "by the first person" }))).toBe("locked");
  expect(await slugOf(second.saveDraft("key", "draft"))).toBe("locked");
  await second.syncNow();
  await phone.reboot("another long pin");
  expect(phone.core.phase()).toBe("open");
  expect(phone.core.me()?.account).toBe("a2");
});

it("resumes where the server has silently lost an acknowledged number, and is not green before", async () => {
  const phone = await enrolled();
  await phone.core.create("visit", { ...VISIT, narrative: "one" });
  await phone.core.syncNow();
  const replica = phone.server.replicas.get(phone.core.me()?.replica ?? "");
  Object.assign(replica ?? {}, { lastN: 0, lastHash: null });
  phone.server.changes.clear();
  phone.server.records.clear();
  await phone.core.syncNow();
  expect(texts(phone)).toEqual(["one"]);
  expect(replica?.lastN).toBe(1);
  expect(phone.core.sync().waiting).toBe(0);
});

it("a slow autosave that ends after the hand-in does not bring the draft back", async () => {
  const phone = await enrolled();
  await phone.core.saveDraft("key", "one");
  const slow = slowSubtle("encrypt");
  phone.extra = { crypto: slow.crypto };
  await phone.reboot();
  slow.next();
  const late = phone.core.saveDraft("key", "two");
  await new Promise((resolve) => setTimeout(resolve, 5));
  await phone.core.create("visit", VISIT, { draft: "key" });
  await late;
  await phone.reboot();
  expect(phone.core.drafts()).toEqual([]);
});

/** A Crypto whose next call of one method takes a while. */
function slowSubtle(slowName: "encrypt" | "decrypt"): { crypto: Crypto; next(): void } {
  let slow = false;
  const subtle = new Proxy(crypto.subtle, {
    get: (target, name: keyof SubtleCrypto) => {
      const method = target[name] as (...given: unknown[]) => Promise<unknown>;
      if (typeof method !== "function") return method;
      return async (...given: unknown[]) => {
        if (name === slowName && slow) {
          slow = false;
          await settle();
        }
        return method.apply(target, given);
      };
    },
  });
  return {
    crypto: { subtle, getRandomValues: crypto.getRandomValues.bind(crypto) } as unknown as Crypto,
    next: () => {
      slow = true;
    },
  };
}
