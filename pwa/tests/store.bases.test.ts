/** A base that is too young writes over what nobody was shown: the rule, and the fault planted to see that it would be noticed. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Shelf } from "../src/domain/shelf.ts";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone } from "./phone.ts";

const ID = "11111111-1111-7111-8111-111111111111";
const CONFLICT = "99999999-9999-8999-8999-999999999998";

async function opened(): Promise<Phone> {
  const server = new FakeServer();
  server.write(ID, "visit", { visitor_id: "person-a1", narrative: "old", state: "in_progress" });
  return enrolled(server);
}

/** Two people write one field; the second saves again after his first edit was acknowledged and before he pulled. Shape: what can still be seen. */
async function twoWriteTwice(phone: Phone): Promise<unknown[]> {
  const { server } = phone;
  await phone.core.patch(ID, { narrative: "mine" });
  server.write(ID, "visit", { narrative: "theirs" });
  server.intercept = (path) => (path === "/sync/v1/pull" ? Promise.reject(new TypeError("no network")) : undefined);
  await phone.core.syncNow().catch(() => undefined);
  await phone.core.patch(ID, { narrative: "mine again" });
  server.intercept = () => undefined;
  await phone.core.syncNow();
  const sides = phone.core.list("conflict").flatMap((conflict) => conflict.fields.sides as { value: unknown }[]);
  return [phone.core.get(ID)?.fields.narrative, ...sides.map((side) => side.value)];
}

describe("the base of an edit", () => {
  afterEach(() => vi.restoreAllMocks());

  it("L2 is not moved by an acknowledgement: the other's value stays in sight", async () => {
    expect(await twoWriteTwice(await opened())).toEqual(expect.arrayContaining(["theirs", "mine again"]));
  });

  it("planted: a base advanced on acknowledgement loses the other's value, and the same scene shows it", async () => {
    const frozen = Shelf.prototype.baseOf;
    vi.spyOn(Shelf.prototype, "baseOf").mockImplementation(function (this: Shelf, part, seen) {
      const heard = this.entriesOf(part.slice(0, part.indexOf("/"))).map((entry) => entry.outcome?.seq ?? 0);
      return Math.max(frozen.call(this, part, seen), ...heard);
    });
    expect(await twoWriteTwice(await opened())).not.toContain("theirs");
  });

  it("L2 a choice made while an own edit hides the field is seen from where that edit was", async () => {
    const phone = await opened();
    const { server } = phone;
    const first = phone.core.mirrorSeq();
    const sides = [{ replica: "r", n: 1, account: "a2", value: "theirs too", base: first, captured_at_ms: 0 }];
    server.write(ID, "visit", { narrative: "theirs" });
    server.write(CONFLICT, "conflict", { record: ID, record_kind: "visit", field: "narrative", sides, status: "open" });
    server.intercept = (path) => {
      if (path === "/sync/v1/push") return Promise.reject(new TypeError("no network"));
      // Saved while the page is on its way: the page lands below an own edit.
      return path === "/sync/v1/pull" ? (phone.core.patch(ID, { narrative: "mine" }) as unknown as Promise<Response>) : undefined;
    };
    await phone.core.syncNow().catch(() => undefined);
    expect(phone.core.get(ID)?.fields.narrative).toBe("mine");
    await phone.core.settle(CONFLICT, "theirs too");
    server.intercept = () => undefined;
    await phone.core.syncNow();
    const pushes = server.seen.filter((one) => one.path === "/sync/v1/push").flatMap((one) => JSON.parse(one.body).changes);
    expect(pushes.map(({ action, base }) => [action, base])).toContainEqual(["settle", first]);
  });

  it("L2 a choice over a record that a page deleted, before the last page has come, has seen none of it", async () => {
    const phone = await opened();
    const { server } = phone;
    const sides = [{ replica: "r", n: 1, account: "a2", value: "theirs too", base: 0, captured_at_ms: 0 }];
    server.write(CONFLICT, "conflict", { record: ID, record_kind: "visit", field: "narrative", sides, status: "open" });
    server.write(ID, "visit", {}, { deleted: true });
    for (let at = 0; at < 510; at++) server.write(server.newId(), "visit", { narrative: `another ${at}` });
    let pulls = 0;
    server.intercept = (path) => {
      if (path === "/sync/v1/pull") pulls += 1;
      return path === "/sync/v1/pull" && pulls === 2 ? Promise.reject(new TypeError("no network")) : undefined;
    };
    await phone.core.syncNow().catch(() => undefined);
    await phone.core.settle(CONFLICT, "theirs too");
    server.intercept = () => undefined;
    await phone.core.syncNow();
    const pushes = server.seen.filter((one) => one.path === "/sync/v1/push").flatMap((one) => JSON.parse(one.body).changes);
    expect(pushes.map(({ action, base }) => [action, base])).toContainEqual(["settle", 0]);
  });

  it("L2 a save between two pages of one pull does not count the row as seen that comes with the next page", async () => {
    const phone = await opened();
    const { server } = phone;
    server.write(ID, "visit", { narrative: "theirs" });
    for (let at = 0; at < 510; at++) server.write(server.newId(), "visit", { narrative: `another ${at}` });
    server.write(ID, "visit", { branch_summary: "moves the row behind the first page" });
    let pulls = 0;
    server.intercept = (path) => {
      if (path === "/sync/v1/pull") pulls += 1;
      const isSecond = path === "/sync/v1/pull" && pulls === 2;
      return isSecond ? (phone.core.patch(ID, { narrative: "mine" }) as unknown as Promise<Response>) : undefined;
    };
    await phone.core.syncNow();
    expect(pulls).toBeGreaterThan(2);
    expect(phone.core.get(ID)?.fields.narrative).toBe("theirs");
    expect(phone.core.list("conflict").map((conflict) => conflict.fields.sides)).toMatchObject([[{ value: "mine" }]]);
  });
});
