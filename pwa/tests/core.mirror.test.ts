import { describe, expect, it } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { enrolled } from "./phone.ts";
import { A, B, C, offline, online, VISIT, withRecords } from "./three-records.ts";

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

  it("L10 a record that only moves stays on the screen until its new row is there, over a cut and a restart", async () => {
    const phone = await withRecords();
    phone.server.scopes = ["town:t", "field:v1", "field:v2"];
    await phone.core.syncNow();
    phone.server.moveScope(C, "field:v2");
    for (let i = 0; i < 600; i++) phone.server.write(`00000000-0000-7000-8000-${String(i).padStart(12, "0")}`, "visit", { narrative: `n ${i}` });
    phone.server.write(C, "record_check", { title: "moved and written since" });
    let pages = 0;
    phone.server.cutAfter = (path) => path === "/sync/v1/pull" && ++pages === 2;
    await phone.core.syncNow();
    expect(phone.core.get(C)?.scope).toBe("field:v1");
    await phone.reboot();
    expect(phone.core.get(C)?.scope).toBe("field:v1");
    await phone.core.syncNow();
    expect(phone.core.get(C)).toMatchObject({ scope: "field:v2", fields: { title: "moved and written since" } });
    expect(phone.core.sync().arrivedAtMs).toBeDefined();
  });

  it("L17 what the server cannot open keeps what this phone knew, and nothing is green meanwhile", async () => {
    const phone = await withRecords();
    expect(phone.core.sync().arrivedAtMs).toBeDefined();
    phone.server.unreadable.add(A);
    phone.server.write(A, "visit", { narrative: "ciphertext" });
    await phone.core.syncNow();
    expect(phone.core.get(A)?.fields.narrative).toBe("a");
    expect(phone.core.sync()).toMatchObject({ unreadable: 1, waiting: 0 });
    expect(phone.core.sync().arrivedAtMs).toBeUndefined();
    expect(phone.core.sync().halted).toBeUndefined();
    phone.server.unreadable.clear();
    phone.server.write(A, "visit", { narrative: "b" });
    await phone.core.syncNow();
    expect(phone.core.get(A)?.fields.narrative).toBe("b");
    expect(phone.core.sync().unreadable).toBeUndefined();
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
    const asked = phone.server.seen.filter((one) => one.path === "/sync/v1/pull");
    expect(asked).toHaveLength(4);
    expect(asked.filter((one) => one.query.includes("refetch=field%3Av1"))).toHaveLength(1);
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
