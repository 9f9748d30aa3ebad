import { describe, expect, it } from "vitest";
import { goesToVillages, homesOf, mayBeginVisits, seesEveryVillage, standingAfter } from "../src/domain/standing.ts";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone, PIN } from "./phone.ts";
import { A, offline, online, VISIT } from "./three-records.ts";

const V1 = "99999999-9999-7999-8999-999999999999";

/** The server from the day on which the role has ended: nothing more of this account is let through. */
function roleEnds(phone: Phone): void {
  phone.server.scopes = [];
  phone.server.roles = [];
  phone.server.poison = () => "change-not-allowed";
}

async function withVillage(): Promise<Phone> {
  const server = new FakeServer();
  server.scopes = ["town:t", `field:${V1}`];
  server.roles = [{ role: "pbo" }];
  server.write(V1, "village", { name: "青石沟村", short_name: "青石沟" }, { scope: "town:t" });
  server.write(A, "visit", { narrative: "a", state: "in_progress" }, { scope: `field:${V1}` });
  return enrolled(server);
}

describe("a role that ends in the middle of a trip", () => {
  it("L15 unsent work goes up first, into quarantine, and only then the scope leaves; the phone says so until it is read", async () => {
    const phone = await withVillage();
    offline(phone, "/sync/v1/push");
    await phone.core.patch(A, { narrative: "半路上改的" });
    const visit = await phone.core.create("visit", { ...VISIT, narrative: "半路上写的" });
    roleEnds(phone);
    online(phone);
    await phone.core.syncNow();
    const order = phone.server.seen.map((one) => one.path).filter((path) => /push|pull/.test(path));
    expect(order.lastIndexOf("/sync/v1/push")).toBeLessThan(order.lastIndexOf("/sync/v1/pull"));
    expect(phone.core.history(A)).toMatchObject([{ action: "patch", outcome: "quarantined" }]);
    expect(phone.core.list("village")).toEqual([]);
    expect((await phone.rows("mirror")).length).toBe(0);
    expect(phone.core.outbox().map((one) => [one.record, one.state])).toEqual([
      [A, "quarantined"],
      [visit, "quarantined"],
    ]);
    expect(phone.core.me()?.roles).toEqual([]);
    expect(phone.core.sync()).toMatchObject({ waiting: 0, quarantined: 2, lost: { villages: ["青石沟"] } });
  });

  it("what a person has read is not said again, and the phone remembers over a lock", async () => {
    const phone = await withVillage();
    phone.server.scopes = ["town:t"];
    phone.server.roles = [{ role: "evaluator" }];
    await phone.core.syncNow();
    phone.core.lock();
    await phone.core.unlock(PIN);
    expect(phone.core.sync().lost).toMatchObject({ villages: ["青石沟"] });
    expect(phone.core.me()?.roles).toEqual([{ role: "evaluator" }]);
    await phone.core.readLoss();
    expect(phone.core.sync().lost).toBeUndefined();
    phone.core.lock();
    await phone.core.unlock(PIN);
    expect(phone.core.sync().lost).toBeUndefined();
  });

  it("a role that begins is there after the next hello, without a new enrolment", async () => {
    const phone = await withVillage();
    phone.server.roles = [{ role: "pbo" }, { role: "branch_secretary", village: "v1" }];
    phone.core.lock();
    await phone.core.unlock(PIN);
    await phone.core.syncNow();
    expect(phone.core.me()?.roles).toEqual([{ role: "pbo" }, { role: "branch_secretary", village: "v1" }]);
  });
});

describe("what the roles of today mean for the screens", () => {
  it("who begins visits, who sees every village, whose village is 本村", () => {
    expect(mayBeginVisits([{ role: "village_lead", village: "v1" }])).toBe(true);
    expect(mayBeginVisits([{ role: "branch_secretary", village: "v1" }, { role: "evaluator" }])).toBe(false);
    expect(goesToVillages([{ role: "committee_member" }])).toBe(true);
    expect(goesToVillages([{ role: "branch_secretary", village: "v1" }, { role: "teller" }])).toBe(false);
    expect(seesEveryVillage([{ role: "leader" }])).toBe(false);
    expect(seesEveryVillage([{ role: "pbo" }])).toBe(true);
    expect(homesOf([{ role: "branch_secretary", village: "v1" }, { role: "resident_team", village: "v1" }])).toEqual(["v1"]);
    expect(homesOf([{ role: "branch_secretary", village: "v1" }, { role: "leader" }])).toEqual([]);
  });

  it("losses add up until they are read, and a page without news keeps them", () => {
    const name = (id: string): string => `村${id}`;
    const first = standingAfter({}, { roles: [], dropped: ["field:1", "village:1", "town:t"], at_ms: 1 }, name);
    const second = standingAfter(first, { dropped: ["field:2"], at_ms: 2 }, name);
    expect(second).toEqual({ roles: [], lost: { at_ms: 2, villages: ["村1", "村2"] } });
    expect(standingAfter(second, { dropped: [], at_ms: 3 }, name)).toEqual(second);
  });
});
