import { describe, expect, it } from "vitest";
import { settle, slugOf } from "./phone.ts";
import { A, B, VISIT, withRecords } from "./three-records.ts";

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
    expect(await asked(() => phone.core.lock())).toBe(1); // whether the office still trusts it
    expect(phone.server.seen.at(-1)?.path).toBe("/sync/v1/sealed");
    expect(await asked(() => phone.pass(120_000))).toBe(0);
    expect(phone.core.sync().locked).toBe(true);
  });
});
