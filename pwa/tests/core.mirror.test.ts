import { describe, expect, it } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, settle, slugOf } from "./phone.ts";

const A = "11111111-1111-7111-8111-111111111111";
const B = "22222222-2222-7222-8222-222222222222";
const C = "33333333-3333-7333-8333-333333333333";
const VISIT = { village_id: "v1", visitor_id: "p1", start_at: 1000 };

async function withRecords(): Promise<Phone> {
  const server = new FakeServer();
  server.write(A, "visit", { narrative: "a", state: "in_progress" });
  server.write(B, "record_check", { visit_id: A, title: "b" });
  server.write(C, "opinion", { origin_id: A, text: "c" }, { scope: "field:v1" });
  return enrolled(server);
}
const offline = (phone: Phone, path: string) => {
  phone.server.intercept = (asked) => (asked === path ? Promise.reject(new TypeError("no network")) : undefined);
};
const online = (phone: Phone) => {
  phone.server.intercept = () => undefined;
};

describe("the mirror", () => {
  it("pulls in pages, resumes after a cut, and shows how far the first sync is", async () => {
    const server = new FakeServer();
    for (let i = 0; i < 1200; i++)
      server.write(`00000000-0000-7000-8000-${String(i).padStart(12, "0")}`, "visit", { narrative: `n ${i}` });
    let pages = 0;
    server.cutAfter = (path) => path === "/sync/v1/pull" && ++pages === 2;
    const phone = await enrolled(server);
    expect(phone.core.sync().firstSync).toEqual({ done: 500 });
    expect(phone.core.sync().arrivedAtMs).toBeUndefined();
    await phone.core.syncNow();
    expect(phone.core.list("visit")).toHaveLength(1200);
    expect(phone.core.sync().firstSync).toBeUndefined();
    expect(phone.core.mirrorSeq()).toBe(1200);
    expect(phone.core.sync().arrivedAtMs).toBeDefined();
  });

  it("hides the children of a deleted parent and shows them again after a restore", async () => {
    const phone = await withRecords();
    await phone.core.delete(A);
    expect(phone.core.list("visit")).toEqual([]);
    expect(phone.core.list("record_check")).toEqual([]);
    await phone.core.syncNow();
    expect(phone.core.list("record_check")).toEqual([]);
    expect(phone.core.get(A)).toMatchObject({ deleted: true, fields: {} });
    await phone.core.restore(A);
    await phone.core.syncNow();
    expect(phone.core.get(A)).toMatchObject({ deleted: false, fields: { narrative: "a" } });
    expect(
      phone.core
        .children(A)
        .map((view) => view.id)
        .sort(),
    ).toEqual([B, C]);
  });

  it("gone removes a record only from the scope it names", async () => {
    const phone = await withRecords();
    phone.server.moveScope(C, "field:v2");
    await phone.core.syncNow();
    expect(phone.core.get(C)).toBeUndefined();
    phone.server.scopes = ["town:t", "field:v1", "field:v2"];
    phone.server.moveScope(C, "town:t");
    await phone.core.syncNow();
    expect(phone.core.get(C)?.scope).toBe("town:t");
    expect(phone.core.sync().arrivedAtMs).toBeDefined();
  });

  it("L15 a dropped scope leaves the phone, after what was waiting for it went up", async () => {
    const phone = await withRecords();
    await phone.core.patch(A, { narrative: "mine" });
    phone.server.scopes = ["town:t"];
    await phone.core.syncNow();
    expect(phone.server.records.get(A)?.fields.narrative).toBe("mine");
    expect(phone.core.get(A)).toBeUndefined();
    expect((await phone.rows("mirror")).length).toBe(0);
  });

  it("a wrong sum fetches that scope anew, touches no outbox, and only then is green (L16, L17)", async () => {
    const phone = await withRecords();
    const row = phone.server.records.get(B);
    phone.server.records.delete(B);
    const ghost = phone.server.write("44444444-4444-7444-8444-444444444444", "record_check", { visit_id: A, title: "unseen" });
    phone.server.seq = ghost;
    const town = "55555555-5555-7555-8555-555555555555";
    phone.server.write(town, "village", { name: "untouched" }, { scope: "town:t" });
    await phone.core.syncNow();
    expect(row).toBeDefined();
    expect(phone.core.list("record_check").map((view) => view.fields.title)).toEqual(["unseen"]);
    expect(phone.core.get(town)?.fields.name).toBe("untouched");
    expect(phone.core.sync().arrivedAtMs).toBeDefined();
    const asked = phone.server.seen.filter((one) => one.path === "/sync/v1/pull").length;
    expect(asked).toBe(4);
  });

  it("L17 a sum that stays wrong is never green, and stops in words instead of spinning", async () => {
    const phone = await withRecords();
    Object.defineProperty(phone.server, "badSum", { get: () => "field:v1", set: () => undefined });
    const asked = phone.server.seen.length;
    await phone.core.syncNow();
    expect(phone.core.sync().arrivedAtMs).toBeUndefined();
    expect(phone.core.sync().halted?.slug).toBe("no-progress");
    expect(phone.server.seen.length - asked).toBeLessThan(15);
  });

  it("L17 green goes when something is saved and comes back only with the next receipt", async () => {
    const phone = await withRecords();
    const green = () => phone.core.sync().arrivedAtMs !== undefined;
    expect(green()).toBe(true);
    await phone.core.patch(A, { narrative: "x" });
    expect(green()).toBe(false);
    offline(phone, "/sync/v1/pull");
    await phone.core.syncNow();
    expect(phone.core.sync().waiting).toBe(0);
    expect(green()).toBe(false);
    online(phone);
    await phone.core.syncNow();
    expect(green()).toBe(true);
  });
});

describe("the overlay (DESIGN 5.3)", () => {
  it("stays until the outcome is known and the mirror has reached it, then the mirror speaks", async () => {
    const phone = await withRecords();
    await phone.core.patch(A, { narrative: "mine" });
    expect(phone.core.get(A)).toMatchObject({ place: "device", pending: ["narrative"], fields: { narrative: "mine" } });
    offline(phone, "/sync/v1/pull");
    await phone.core.syncNow();
    expect(phone.core.get(A)).toMatchObject({ place: "arrived", pending: [], fields: { narrative: "mine" } });
    phone.server.write(A, "visit", { narrative: "later, by somebody else" });
    online(phone);
    await phone.core.syncNow();
    expect(phone.core.get(A)?.fields.narrative).toBe("later, by somebody else");
  });

  it("a lost push answer keeps the overlay although the mirror is already there", async () => {
    const phone = await withRecords();
    await phone.core.patch(A, { narrative: "mine" });
    phone.server.cutAfter = (path) => path === "/sync/v1/push";
    await phone.core.syncNow();
    phone.server.cutAfter = () => false;
    expect(phone.core.sync().waiting).toBe(1);
    expect(phone.core.get(A)?.fields.narrative).toBe("mine");
    await phone.core.syncNow();
    expect(phone.core.sync().waiting).toBe(0);
    expect(phone.core.get(A)?.seq).toBe(phone.core.mirrorSeq());
  });

  it("ends for a record that this phone may not read, once everything before it was pulled", async () => {
    const phone = await withRecords();
    const id = await phone.core.create("visit", { ...VISIT, village_id: "v9" });
    await phone.core.syncNow();
    expect(phone.core.get(id)).toBeUndefined();
    expect(phone.core.mirrorSeq()).toBe(phone.server.seq);
  });

  it("says sending while a push is under way", async () => {
    const phone = await withRecords();
    await phone.core.patch(A, { narrative: "mine" });
    const places: string[] = [];
    phone.core.subscribe(() => places.push(phone.core.get(A)?.place ?? ""));
    await phone.core.syncNow();
    expect([...new Set(places)]).toEqual(["device", "sending", "arrived"]);
  });
});

describe("quarantine", () => {
  it("L6 stays with its reason, blocks nothing, and the record it would have made stays visible", async () => {
    const phone = await withRecords();
    phone.server.poison = (change) =>
      (change.fields as { narrative?: string }).narrative === "poison" ? "failed-guard" : undefined;
    const bad = await phone.core.create("visit", { ...VISIT, narrative: "poison" });
    const good = await phone.core.create("visit", { ...VISIT, narrative: "good" });
    await phone.core.syncNow();
    expect(phone.core.sync()).toMatchObject({ waiting: 0, quarantined: 1 });
    expect(phone.core.outbox()).toMatchObject([{ n: 1, state: "quarantined", record: bad, problem: { slug: "failed-guard" } }]);
    expect(phone.core.get(bad)).toMatchObject({ place: "needs-you", fields: { narrative: "poison" } });
    expect(phone.core.get(good)?.place).toBe("arrived");
    await phone.reboot();
    expect(phone.core.outbox()).toHaveLength(1);
    await phone.core.letGo(1);
    expect(phone.core.outbox()).toEqual([]);
    expect(phone.core.get(bad)).toBeUndefined();
    expect(phone.core.history(bad)).toMatchObject([{ outcome: "let-go" }]);
    await phone.reboot();
    expect(phone.core.sync().quarantined).toBe(0);
  });

  it("ends when the desk has released or rejected it", async () => {
    const phone = await withRecords();
    phone.server.poison = () => "depends-on";
    const id = await phone.core.create("visit", VISIT);
    await phone.core.syncNow();
    const change = [...phone.server.changes.keys()].at(-1);
    phone.server.write(
      B.replace("2", "4"),
      "quarantine",
      { replica: "r", n: 1, change, change_kind: "visit", record: id, status: "released", outcome: "applied" },
      { scope: "own:a1" },
    );
    await phone.core.syncNow();
    expect(phone.core.sync().quarantined).toBe(0);
    expect(phone.core.history(id)).toMatchObject([{ outcome: "released" }]);
  });
});

describe("L16 a rebuild", () => {
  it("L16 leaves outbox, outcomes, drafts and captures as they were", async () => {
    const phone = await withRecords();
    await phone.core.patch(A, { narrative: "sent" });
    await phone.core.syncNow();
    await phone.core.patch(A, { narrative: "waiting" });
    await phone.core.saveDraft("d", "draft");
    await phone.core.capture("note");
    const before = await Promise.all(["outbox", "outcomes", "drafts", "captures"].map((store) => phone.rows(store)));
    await phone.core.rebuild();
    expect(await Promise.all(["outbox", "outcomes", "drafts", "captures"].map((store) => phone.rows(store)))).toEqual(before);
    expect(await phone.rows("mirror")).toEqual([]);
    await phone.core.syncNow();
    expect(phone.core.get(A)?.fields.narrative).toBe("waiting");
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
    expect(phone.core.drafts()).toHaveLength(1);
  });

  it("a spoilt mirror leaves the phone broken: export, rebuild, and everything is back", async () => {
    const phone = await withRecords();
    await phone.core.patch(A, { narrative: "waiting" });
    phone.core.close();
    await phone.spoil("mirror", () => true);
    await phone.boot();
    await phone.core.unlock("correct horse 木");
    expect(phone.core.phase()).toBe("broken");
    expect(phone.core.outbox()).toHaveLength(1);
    expect((await phone.core.exportBackup()).length).toBeGreaterThan(100);
    await phone.core.rebuild();
    expect(phone.core.phase()).toBe("open");
    await phone.core.syncNow();
    expect(phone.core.list("record_check")).toHaveLength(1);
    expect(phone.server.records.get(A)?.fields.narrative).toBe("waiting");
  });

  it("a spoilt change is set aside and exported; the others go up under a new replica", async () => {
    const phone = await withRecords();
    for (const narrative of ["one", "two", "three"]) await phone.core.create("visit", { ...VISIT, narrative });
    phone.core.close();
    await phone.spoil("outbox", (row: { n: number }) => row.n === 2);
    await phone.boot();
    await phone.core.unlock("correct horse 木");
    expect(phone.core.phase()).toBe("broken");
    await phone.core.rebuild();
    await phone.core.syncNow();
    const arrived = [...phone.server.records.values()].map((row) => row.fields.narrative).filter(Boolean);
    expect(arrived.sort()).toEqual(["a", "one", "three"]);
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
    expect(await phone.rows("attic")).toHaveLength(1);
  });

  it("a database that does not open is broken, not a crash; and opens again when it can", async () => {
    const phone = await withRecords();
    phone.core.close();
    phone.fault = (point) => {
      if (point === "idb:open") throw new DOMException("disk", "UnknownError");
    };
    await phone.boot();
    expect(phone.core.phase()).toBe("broken");
    expect(await slugOf(phone.core.unlock("correct horse 木"))).not.toBe("nothing was thrown");
    phone.fault = () => undefined;
    await phone.core.rebuild();
    expect(phone.core.phase()).toBe("locked");
  });
});

describe("the poll", () => {
  it("runs every 30 s while visible, on online, and after a save; a hidden or offline phone is silent", async () => {
    const phone = await withRecords();
    phone.core.start();
    await settle();
    const asked = async (work: () => unknown) => {
      const before = phone.server.seen.length;
      await work();
      await settle();
      return phone.server.seen.length - before;
    };
    expect(await asked(() => phone.pass(29_000))).toBe(0);
    expect(await asked(() => phone.pass(2000))).toBe(1);
    expect(await asked(() => phone.core.patch(A, { narrative: "saved" }))).toBe(2);
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
    phone.core.visible(false);
    expect(await asked(() => phone.pass(120_000))).toBe(0);
    expect(await asked(() => phone.core.visible(true))).toBe(1);
    phone.online = false;
    expect(await asked(() => phone.pass(120_000))).toBe(0);
    phone.online = true;
    expect(await asked(() => phone.core.wentOnline())).toBe(1);
    phone.core.lock();
    expect(await asked(() => phone.pass(120_000))).toBe(0);
    expect(phone.core.sync().locked).toBe(true);
  });
});
