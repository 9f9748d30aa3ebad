import { describe, expect, it } from "vitest";
import { cloned } from "./disasters.ts";
import { type FakeServer, json, problem } from "./fake-server.ts";
import { enrolled, type Phone, PIN, settle } from "./phone.ts";

const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };
const note = (phone: Phone, narrative: string) => phone.core.create("visit", { ...VISIT, narrative });
const texts = (server: FakeServer) =>
  [...server.records.values()].filter((row) => row.kind === "visit").map((row) => row.fields.narrative);
const onceEach = (server: FakeServer) => [...server.applications.values()].every((times) => times === 1);
const replicaOf = (phone: Phone) => phone.core.me()?.replica as string;

describe("lost answers and rolled-back browsers", () => {
  it("L5 learns the outcome of a push whose answer was lost, and counts it once", async () => {
    const phone = await enrolled();
    const { server } = phone;
    await note(phone, "one");
    server.cutAfter = (path) => path === "/sync/v1/push";
    await phone.core.syncNow();
    expect(phone.core.sync()).toMatchObject({ waiting: 1, lastProblem: { slug: "no-network" } });
    server.cutAfter = () => false;
    await phone.core.syncNow();
    expect(phone.core.sync().waiting).toBe(0);
    expect(texts(server)).toEqual(["one"]);
    expect(onceEach(server)).toBe(true);
  });

  it("registers a new replica when the browser lost its last transactions, and nothing is lost or doubled", async () => {
    const phone = await enrolled();
    const { server } = phone;
    const first = replicaOf(phone);
    await note(phone, "one");
    await phone.core.syncNow();
    const copy = await cloned(phone);
    await note(phone, "two, on the original");
    await phone.core.syncNow();

    await copy.boot();
    await copy.core.unlock(PIN);
    await note(copy, "two, on the copy");
    await note(copy, "three, on the copy");
    await copy.core.syncNow();
    expect(replicaOf(copy)).not.toBe(first);
    expect(texts(server).sort()).toEqual(["one", "three, on the copy", "two, on the copy", "two, on the original"]);
    expect(onceEach(server)).toBe(true);
    expect(copy.core.sync()).toMatchObject({ waiting: 0 });
    expect(copy.core.sync().halted).toBeUndefined();
    await phone.core.syncNow();
    expect(phone.core.list("visit")).toHaveLength(4);
  });

  it("keeps change ids over a renumbering, so that a change known under its old number is not applied again", async () => {
    const phone = await enrolled();
    const { server } = phone;
    await note(phone, "known");
    server.cutAfter = (path) => path === "/sync/v1/push";
    await phone.core.syncNow();
    server.cutAfter = () => false;
    const replica = server.replicas.get(replicaOf(phone));
    if (replica) Object.assign(replica, { lastHash: "0".repeat(24) });
    await phone.reboot();
    await phone.core.syncNow();
    expect(texts(server)).toEqual(["known"]);
    expect(onceEach(server)).toBe(true);
    expect(phone.core.sync()).toMatchObject({ waiting: 0, quarantined: 0 });
    expect(phone.core.history(phone.core.list("visit")[0]?.id ?? "")).toMatchObject([{ n: 1, outcome: "applied" }]);
  });

  it("resumes from the number the server waits for", async () => {
    const phone = await enrolled();
    const { server } = phone;
    for (const text of ["one", "two", "three"]) await note(phone, text);
    await phone.core.syncNow();
    const replica = server.replicas.get(replicaOf(phone));
    for (const n of [2, 3]) replica?.outcomes.delete(n);
    for (const [id, change] of server.changes) if (change.n > 1) server.changes.delete(id);
    Object.assign(replica ?? {}, { lastN: 1 });
    await note(phone, "four");
    await phone.core.syncNow();
    expect(phone.core.sync().waiting).toBe(0);
    expect(replica?.lastN).toBe(4);
  });
});

describe("a server that no longer trusts", () => {
  it("401: asks for a new invitation, keeps everything, and goes on after it", async () => {
    const phone = await enrolled();
    const { server } = phone;
    server.replicas.clear();
    const id = await note(phone, "kept");
    await phone.core.syncNow();
    expect(phone.core.sync()).toMatchObject({ waiting: 1, lastProblem: { slug: "unknown-replica" } });
    expect(phone.core.get(id)?.place).toBe("device");
    await phone.core.enrol({ code: server.invite("a1"), label: "again", pin: "", platform: "node" });
    await phone.core.syncNow();
    expect(texts(server)).toEqual(["kept"]);
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
  });

  it("403 replica-revoked: hands over what it has, then stops", async () => {
    const phone = await enrolled();
    const { server } = phone;
    const replica = server.replicas.get(replicaOf(phone));
    if (replica) replica.revoked = true;
    await note(phone, "sealed in quarantine");
    await phone.core.syncNow();
    await phone.core.syncNow();
    expect(phone.core.sync()).toMatchObject({ waiting: 0, quarantined: 1, lastProblem: { slug: "replica-revoked" } });
    const asked = server.seen.length;
    phone.core.start();
    await settle();
    await phone.pass(600_000);
    expect(server.seen.length - asked).toBeLessThan(2);
    phone.core.stop();
  });

  it("another person on the same phone sees nothing of the first, whose work stays sealed and is exported", async () => {
    const phone = await enrolled();
    await note(phone, "of the first person");
    phone.core.lock();
    await phone.core.enrol({ code: phone.server.invite("a2"), label: "second", pin: "another long pin", platform: "node" });
    await phone.core.syncNow();
    expect(phone.core.me()?.account).toBe("a2");
    expect(phone.core.list("visit")).toEqual([]);
    expect(texts(phone.server)).toEqual([]);
    const file = new TextDecoder().decode(await phone.core.exportBackup());
    expect((JSON.parse(file) as { attic: { outbox: unknown[] }[] }).attic[0]?.outbox).toHaveLength(1);
  });
});

describe("a server that says not now", () => {
  it("426: pushes on, asks for the update, pulls no more", async () => {
    const phone = await enrolled();
    const { server } = phone;
    server.intercept = (path) =>
      path === "/sync/v1/pull" ? problem(426, "upgrade-required", { device_action: "stop" }) : undefined;
    await note(phone, "still goes up");
    await phone.core.syncNow();
    expect(texts(server)).toEqual(["still goes up"]);
    expect(phone.core.sync()).toMatchObject({ waiting: 0, lastProblem: { slug: "upgrade-required" } });
    expect(phone.core.sync().arrivedAtMs).toBeUndefined();
  });

  it("413: splits until it fits; a group goes whole", async () => {
    const phone = await enrolled();
    const { server } = phone;
    server.intercept = (path, _method, body) => {
      const large = path === "/sync/v1/push" && (JSON.parse(body) as { changes: unknown[] }).changes.length > 3;
      return large ? problem(413, "batch-too-large", { device_action: "split" }) : undefined;
    };
    for (let i = 0; i < 10; i++) await note(phone, `n ${i}`);
    await phone.core.syncNow();
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
    expect(texts(server)).toHaveLength(10);
  });

  it("503, 507 and a captive portal: everything waits and nothing is shown as done", async () => {
    const answers = [
      problem(503, "busy"),
      problem(507, "storage-full"),
      new Response("<html>login</html>", { headers: { "Content-Type": "text/html" } }),
      json({ oops: 1 }, 500),
    ];
    for (const answer of answers) {
      const phone = await enrolled();
      await note(phone, "waits");
      phone.server.intercept = () => answer.clone();
      await phone.core.syncNow();
      expect(phone.core.sync()).toMatchObject({ waiting: 1 });
      expect(phone.core.sync().arrivedAtMs).toBeUndefined();
      expect(phone.core.sync().halted).toBeUndefined();
      phone.server.intercept = () => undefined;
      await phone.core.syncNow();
      expect(phone.core.sync()).toMatchObject({ waiting: 0 });
    }
  });

  it("409 epoch-changed on a pull: the mirror is fetched again from the beginning", async () => {
    const phone = await enrolled();
    const { server } = phone;
    server.write("11111111-1111-7111-8111-111111111111", "visit", { narrative: "there" });
    await phone.core.syncNow();
    let once = true;
    server.intercept = (path) => {
      if (path !== "/sync/v1/pull" || !once) return undefined;
      once = false;
      return problem(409, "epoch-changed", { device_action: "rebuild" });
    };
    const id = await note(phone, "in the outbox");
    await phone.core.syncNow();
    expect(phone.core.list("visit")).toHaveLength(2);
    expect(phone.core.get(id)?.place).toBe("arrived");
    expect(phone.core.sync().arrivedAtMs).toBeDefined();
  });

  it("cuts a request that hangs, and sends half as much the next time", async () => {
    const phone = await enrolled();
    const { server } = phone;
    for (let i = 0; i < 12; i++) await note(phone, `n ${i}`);
    const sizes: number[] = [];
    let hang = true;
    phone.extra.fetch = ((url: string, init: RequestInit) => {
      if (!hang || !String(url).includes("push")) return server.fetch(url, init);
      return new Promise((_resolve, reject) =>
        init.signal?.addEventListener("abort", () => reject(new DOMException("cut", "AbortError"))),
      );
    }) as typeof fetch;
    await phone.reboot();
    const round = phone.core.syncNow();
    await settle();
    await phone.pass(61_000);
    await round;
    expect(phone.core.sync()).toMatchObject({ waiting: 12, lastProblem: { slug: "timeout" } });
    hang = false;
    server.intercept = (path, _method, body) => {
      if (path === "/sync/v1/push") sizes.push((JSON.parse(body) as { changes: unknown[] }).changes.length);
      return undefined;
    };
    await phone.core.syncNow();
    expect(sizes).toEqual([10, 2]);
  });
});
