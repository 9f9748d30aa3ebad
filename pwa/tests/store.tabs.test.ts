import { describe, expect, it } from "vitest";
import { type Core, createCore } from "../src/core.ts";
import { enrolled, PIN, settle } from "./phone.ts";

const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };

describe("several tabs", () => {
  it("two cores on one database save 200 changes each under dense numbers, and all arrive once", async () => {
    const phone = await enrolled();
    const second = await createCore(phone.ports());
    await second.unlock(PIN);
    const many = async (core: Core, name: string) => {
      for (let i = 0; i < 200; i++) await core.create("visit", { ...VISIT, narrative: `${name} ${i}` });
    };
    await Promise.all([many(phone.core, "a"), many(second, "b")]);
    const numbers = ((await phone.rows("outbox")) as { n: number }[]).map((row) => row.n);
    expect(numbers).toEqual(Array.from({ length: 400 }, (_, at) => at + 1));
    await phone.core.syncNow();
    await second.syncNow();
    for (const core of [phone.core, second]) {
      expect(core.sync()).toMatchObject({ waiting: 0, quarantined: 0 });
      expect(core.list("visit")).toHaveLength(400);
    }
    expect([...phone.server.applications.values()].every((times) => times === 1)).toBe(true);
    expect(phone.server.applications.size).toBe(400);
  });

  it("one lock holder at a time talks to the network; the other tab hears of it", async () => {
    const phone = await enrolled();
    const heard: (() => void)[] = [];
    const channel = () => ({
      post: () => {
        for (const listener of heard) setTimeout(listener, 0);
      },
      listen: (listener: () => void) => heard.push(listener),
    });
    let holder: Promise<unknown> = Promise.resolve();
    const locks = {
      request: (_name: string, work: () => Promise<unknown>) => (holder = holder.then(work)),
    } as unknown as LockManager;
    phone.extra = { locks, channel: channel() as never };
    await phone.reboot();
    phone.extra = { locks, channel: channel() as never };
    const second = await createCore(phone.ports());
    await second.unlock(PIN);
    phone.server.mostInFlight = 0;
    const id = await second.create("visit", { ...VISIT, narrative: "from the second tab" });
    await settle();
    expect(phone.core.get(id)?.fields.narrative).toBe("from the second tab");
    await Promise.all([phone.core.syncNow(), second.syncNow()]);
    await settle();
    expect(phone.server.mostInFlight).toBe(1);
    expect(phone.core.sync().waiting + second.sync().waiting).toBe(0);
    expect(phone.core.get(id)?.place).toBe("arrived");
  });

  it("syncing from two tabs without locks loses and doubles nothing", async () => {
    const phone = await enrolled();
    const second = await createCore(phone.ports());
    await second.unlock(PIN);
    for (let i = 0; i < 10; i++) {
      await Promise.all([
        phone.core.create("visit", { ...VISIT, narrative: `a${i}` }),
        second.create("visit", { ...VISIT, narrative: `b${i}` }),
      ]);
      await Promise.all([phone.core.syncNow(), second.syncNow()]);
    }
    for (let i = 0; i < 3; i++) for (const core of [phone.core, second]) await core.syncNow();
    expect([...phone.server.applications.values()].every((times) => times === 1)).toBe(true);
    expect(phone.core.list("visit")).toHaveLength(20);
    expect(second.list("visit")).toHaveLength(20);
    expect(phone.core.sync().waiting + second.sync().waiting).toBe(0);
  });
});
