import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, slugOf } from "./phone.ts";

const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };
interface Sent {
  n: number;
  base: number;
  action: string;
  group?: string;
  fields: Record<string, unknown>;
}
function sent(server: FakeServer): Sent[] {
  return server.seen
    .filter((one) => one.path === "/sync/v1/push")
    .flatMap((one) => (JSON.parse(one.body) as { changes: Sent[] }).changes);
}
const ID = "11111111-1111-7111-8111-111111111111";

describe("a save", () => {
  it("is there after the promise, with the draft gone, or not at all", async () => {
    const phone = await enrolled();
    await phone.core.saveDraft("new visit", { narrative: "half" });
    phone.fault = (point) => {
      if (point === "idb:commit:meta") throw new Error("power cut");
    };
    expect(await slugOf(phone.core.create("visit", VISIT, { draft: "new visit" }))).not.toBe("nothing was thrown");
    phone.fault = () => undefined;
    await phone.reboot();
    expect(phone.core.list("visit")).toEqual([]);
    expect(phone.core.draft("new visit")).toEqual({ narrative: "half" });
    await phone.core.create("visit", { ...VISIT, narrative: "whole" }, { draft: "new visit" });
    await phone.reboot();
    expect(phone.core.list("visit")).toHaveLength(1);
    expect(phone.core.drafts()).toEqual([]);
    expect(phone.core.outbox().map((one) => one.n)).toEqual([1]);
  });

  it("cut anywhere leaves dense numbers and no half change", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(6), { minLength: 3, maxLength: 8 }), async (cuts) => {
        const phone = await enrolled();
        let saved = 0;
        for (const cut of cuts) {
          let points = 0;
          phone.fault = () => {
            if (points++ === cut) throw new Error("power cut");
          };
          await phone.core.create("visit", { ...VISIT, narrative: "x" }).then(
            () => saved++,
            () => undefined,
          );
          phone.fault = () => undefined;
          await phone.reboot();
        }
        const numbers = phone.core.outbox().map((one) => one.n);
        expect(numbers).toEqual(numbers.map((_n, at) => at + 1));
        expect(numbers.length).toBeGreaterThanOrEqual(saved);
        await phone.core.syncNow();
        expect(phone.core.sync()).toMatchObject({ waiting: 0, quarantined: 0 });
        phone.core.close();
      }),
      { numRuns: 15 },
    );
  });

  it("refuses what is too large at once, and repairs what no text can hold", async () => {
    const phone = await enrolled();
    expect(await slugOf(phone.core.create("visit", { ...VISIT, narrative: "字".repeat(100_000) }))).toBe("change-too-large");
    expect(phone.core.outbox()).toEqual([]);
    const id = await phone.core.create("visit", { ...VISIT, narrative: "half \ud83d, whole 😀, nul \u0000." });
    expect(phone.core.get(id)?.fields.narrative).toBe("half \ufffd, whole 😀, nul .");
    await phone.core.syncNow();
    expect(phone.core.sync()).toMatchObject({ waiting: 0, quarantined: 0 });
  });

  it("says in words that the disk is full", async () => {
    const phone = await enrolled();
    phone.fault = (point) => {
      if (point === "idb:put:outbox") throw new DOMException("no room", "QuotaExceededError");
    };
    expect(await slugOf(phone.core.create("visit", VISIT))).toBe("storage-full");
  });
});

describe("the base is frozen per field (DESIGN 5.4)", () => {
  async function opened(): Promise<Phone> {
    const server = new FakeServer();
    server.write(ID, "visit", { visitor_id: "person-a1", narrative: "old", branch_summary: "old", state: "in_progress", companions: ["p1"] });
    return enrolled(server);
  }

  it("a new change takes the base of the own change still laid over the field, and splits where bases differ", async () => {
    const phone = await opened();
    const { server } = phone;
    const first = phone.core.mirrorSeq();
    await phone.core.patch(ID, { narrative: "mine" });
    server.intercept = (path) => (path === "/sync/v1/push" ? Promise.reject(new TypeError("no network")) : undefined);
    server.write(ID, "visit", { branch_summary: "theirs" });
    await phone.core.syncNow();
    server.intercept = () => undefined;
    expect(phone.core.get(ID)?.fields).toMatchObject({ narrative: "mine", branch_summary: "old" });

    await phone.core.patch(ID, { narrative: "mine again", branch_summary: "mine" }, { opened: first + 7 });
    await phone.core.syncNow();
    const [a, b, c] = sent(server).slice(-3);
    expect([a?.base, a?.fields]).toEqual([first, { narrative: "mine" }]);
    expect([b?.base, b?.fields]).toEqual([first, { narrative: "mine again" }]);
    expect([c?.base, c?.fields]).toEqual([first + 7, { branch_summary: "mine" }]);
    expect(b?.group).toBeDefined();
    expect(b?.group).toBe(c?.group);
    expect(a?.group).toBeUndefined();
  });

  it("push outcomes do not advance it; the mirror does, once it has arrived", async () => {
    const phone = await opened();
    const { server } = phone;
    const first = phone.core.mirrorSeq();
    await phone.core.patch(ID, { narrative: "one" });
    server.intercept = (path) => (path === "/sync/v1/pull" ? Promise.reject(new TypeError("no network")) : undefined);
    await phone.core.syncNow();
    await phone.core.patch(ID, { narrative: "two" });
    server.intercept = () => undefined;
    await phone.core.syncNow();
    await phone.core.patch(ID, { narrative: "three" });
    await phone.core.syncNow();
    expect(sent(server).map((change) => change.base)).toEqual([first, first, phone.core.mirrorSeq() - 1]);
    expect(phone.core.list("conflict")).toEqual([]);
    expect(phone.core.get(ID)?.fields.narrative).toBe("three");
  });

  it("a form opened before somebody else wrote conflicts, and both values stay visible until it is settled", async () => {
    const phone = await opened();
    const { server } = phone;
    const before = phone.core.mirrorSeq();
    server.write(ID, "visit", { narrative: "theirs" });
    await phone.core.syncNow();
    await phone.core.patch(ID, { narrative: "mine" }, { opened: before });
    await phone.core.syncNow();
    const [conflict] = phone.core.list("conflict");
    expect(conflict?.fields.sides).toMatchObject([{ value: "mine" }]);
    expect(phone.core.get(ID)).toMatchObject({ fields: { narrative: "theirs" }, place: "needs-you" });
    expect(phone.core.sync().conflicts).toBe(1);
    await phone.core.settle(conflict?.id ?? "", "mine");
    expect(phone.core.get(ID)?.fields.narrative).toBe("mine");
    expect(phone.core.sync().conflicts).toBe(0);
    await phone.core.syncNow();
    expect(sent(server).at(-1)?.fields).toMatchObject({ value: "mine", sides: [{ n: 1 }] });
  });

  it("edits of a record that only this phone has need no base and no group", async () => {
    const phone = await opened();
    phone.server.intercept = (path) => (path === "/sync/v1/push" ? Promise.reject(new TypeError("no network")) : undefined);
    const id = await phone.core.create("visit", { ...VISIT, narrative: "new" });
    await phone.core.patch(id, { narrative: "newer", branch_summary: "first time" });
    phone.server.intercept = () => undefined;
    await phone.core.syncNow();
    expect(sent(phone.server).map(({ base, group }) => [base, group])).toEqual([
      [0, undefined],
      [0, undefined],
    ]);
  });

  it("choosing an edit on a deleted record means that the record stays", async () => {
    const phone = await opened();
    const sides = [{ replica: "r", n: 1, account: "a1", value: { narrative: "edit" }, base: 0, captured_at_ms: 0 }];
    const conflict = "99999999-9999-8999-8999-999999999999";
    phone.server.write(ID, "visit", {}, { deleted: true });
    phone.server.write(conflict, "conflict", { record: ID, record_kind: "visit", field: "deleted", sides, status: "open" });
    await phone.core.syncNow();
    await phone.core.settle(conflict, { narrative: "edit" });
    expect(phone.core.get(ID)).toMatchObject({ deleted: true, fields: {} });
    expect(phone.core.list("visit")).toEqual([]);
    await phone.core.syncNow();
    expect(sent(phone.server).at(-1)?.fields.value).toBe(false);
    phone.server.write(ID, "visit", { narrative: "edit" });
    await phone.core.syncNow();
    expect(phone.core.get(ID)).toMatchObject({ deleted: false, fields: { narrative: "edit" } });
  });

  it("adds and removes elements, flattens maps, names commands", async () => {
    const phone = await opened();
    await phone.core.add(ID, "companions", ["p2", "p3"]);
    await phone.core.remove(ID, "companions", ["p1"]);
    await phone.core.patch(ID, { area_notes: { study: "学习" }, geo: { lat: 36.1, lon: 103.2 } });
    await phone.core.command(ID, "complete", { children: [] });
    expect(phone.core.get(ID)?.fields).toMatchObject({
      companions: ["p2", "p3"],
      "area_notes.study": "学习",
      "geo.lat": 36.1,
      state: "completed",
    });
    await phone.core.syncNow();
    expect(phone.core.get(ID)?.fields).toMatchObject({
      companions: ["p2", "p3"],
      "area_notes.study": "学习",
      state: "completed",
    });
    expect(phone.core.history(ID).map((one) => one.action)).toEqual(["add", "remove", "patch", "complete"]);
  });
});

describe("what is acknowledged stays until it is durable", () => {
  const DAY = 24 * 3600 * 1000;
  it("for 30 days of server time and until a backup covers it", async () => {
    const phone = await enrolled();
    const { server } = phone;
    await phone.core.create("visit", VISIT);
    await phone.core.syncNow();
    const kept = async () => (await phone.rows("outbox")).length;
    server.now += 31 * DAY;
    server.write(ID, "visit", { narrative: "x" });
    await phone.reboot();
    await phone.core.syncNow();
    expect(await kept()).toBe(1);
    server.durable = server.seq;
    server.now += 1000;
    server.write(ID, "visit", { narrative: "y" });
    await phone.reboot();
    await phone.core.syncNow();
    expect(await kept()).toBe(0);
    expect(phone.core.list("visit")).toHaveLength(2);
    await phone.core.create("visit", VISIT);
    await phone.core.syncNow();
    server.durable = server.seq;
    server.now += 29 * DAY;
    server.write(ID, "visit", { narrative: "z" });
    await phone.reboot();
    await phone.core.syncNow();
    expect(await kept()).toBe(1);
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
  });
});
