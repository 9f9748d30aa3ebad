import { describe, expect, it } from "vitest";
import { cloned, restore, snapshot } from "./disasters.ts";
import type { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, PIN } from "./phone.ts";

const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };
const note = (phone: Phone, narrative: string) => phone.core.create("visit", { ...VISIT, narrative });
const texts = (server: FakeServer) =>
  [...server.records.values()].filter((row) => row.kind === "visit").map((row) => row.fields.narrative);
const replicaOf = (phone: Phone) => phone.core.me()?.replica as string;

describe("a server restored from a backup", () => {
  it("rebuilds the mirror, keeps the outbox, and pushes again what the backup lacks", async () => {
    const phone = await enrolled();
    const { server } = phone;
    await note(phone, "before the backup");
    await phone.core.syncNow();
    const backup = snapshot(server, replicaOf(phone));
    await note(phone, "after the backup");
    await phone.core.syncNow();
    await note(phone, "not yet sent");
    restore(server, backup);
    await phone.core.syncNow();
    expect(texts(server).sort()).toEqual(["after the backup", "before the backup", "not yet sent"]);
    expect(phone.core.list("visit")).toHaveLength(3);
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
    expect(phone.core.sync().arrivedAtMs).toBeDefined();
    expect(phone.core.sync().halted).toBeUndefined();
  });

  it("is greeted again before it takes a push of a session begun before", async () => {
    const phone = await enrolled();
    const { server } = phone;
    await note(phone, "before the backup");
    await phone.core.syncNow();
    restore(server, snapshot(server, replicaOf(phone)));
    await note(phone, "typed offline");
    server.seen.length = 0;
    await phone.core.syncNow();
    const order = server.seen.map((one) => one.path.split("/").pop());
    expect(order.slice(0, 3)).toEqual(["push", "hello", "push"]);
    expect(server.seen[0]?.body).toContain('{"epoch":"epoch-1",');
    expect(server.seen[2]?.body).toContain('{"epoch":"epoch-2",');
    expect(phone.core.list("visit").map((one) => one.fields.narrative).sort()).toEqual(["before the backup", "typed offline"]);
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
  });

  it("L2 loses nothing of two copies of one profile that go on in sessions begun before", async () => {
    const phone = await enrolled();
    const { server } = phone;
    await note(phone, "before the backup");
    await phone.core.syncNow();
    const copy = await cloned(phone);
    await copy.boot();
    await copy.core.unlock(PIN);
    await Promise.all([phone.core.syncNow(), copy.core.syncNow()]);
    const backup = snapshot(server, replicaOf(phone));
    await note(phone, "acknowledged in the lost time");
    await phone.core.syncNow();
    restore(server, backup);
    await note(copy, "under the same number, on the copy");
    await copy.core.syncNow();
    await note(phone, "after the restore");
    await phone.core.syncNow();
    const all = ["acknowledged in the lost time", "after the restore", "before the backup", "under the same number, on the copy"];
    expect(texts(server).sort()).toEqual(all);
    for (const one of [phone, copy]) expect(one.core.sync()).toMatchObject({ waiting: 0 });
    expect(replicaOf(phone)).not.toBe(replicaOf(copy));
  });

  it("does so too when it dies between forgetting the outcomes and noting the new epoch", async () => {
    const phone = await enrolled();
    const { server } = phone;
    await note(phone, "before the backup");
    await phone.core.syncNow();
    const backup = snapshot(server, replicaOf(phone));
    await note(phone, "after the backup");
    await phone.core.syncNow();
    restore(server, backup);
    await phone.reboot();
    let commits = 0;
    phone.fault = (point) => {
      if (point === "idb:committed:meta" && ++commits === 2) throw new Error("power cut");
    };
    await phone.core.syncNow();
    phone.fault = () => undefined;
    await phone.reboot();
    await phone.core.syncNow();
    expect(texts(server).sort()).toEqual(["after the backup", "before the backup"]);
    expect(phone.core.sync().waiting).toBe(0);
  });

  it("pushes again under a new replica when work of an earlier replica was lost with the server", async () => {
    const phone = await enrolled();
    const { server } = phone;
    const backup = snapshot(server, replicaOf(phone));
    await note(phone, "of the first replica");
    await phone.core.syncNow();
    const first = server.replicas.get(replicaOf(phone));
    if (first) first.lastHash = "0".repeat(24);
    await phone.reboot();
    await note(phone, "of the second replica");
    await phone.core.syncNow();
    const second = replicaOf(phone);
    restore(server, backup);
    server.replicas.set(second, {
      account: "a1",
      token: `token-${second}`,
      lastN: 0,
      lastHash: null,
      outcomes: new Map(),
      revoked: false,
    });
    await phone.core.syncNow();
    expect(texts(server).sort()).toEqual(["of the first replica", "of the second replica"]);
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
  });
});
