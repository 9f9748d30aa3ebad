/** One form, one transaction: times and companions of a visit are saved and applied whole or not at all (L6). */
import { describe, expect, it } from "vitest";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone } from "./phone.ts";

const ID = "11111111-1111-7111-8111-111111111111";
const NEW = { patch: { start_at: 5, end_at: 9 }, add: { companions: ["b"] }, remove: { companions: ["a"] } };

async function opened(): Promise<Phone> {
  const server = new FakeServer();
  server.write(ID, "visit", { visitor_id: "person-a1", companions: ["a"], start_at: 1, end_at: 2, state: "in_progress" });
  return enrolled(server);
}

describe("the header of a visit", () => {
  it("L6 goes up as one group of neighbouring changes and drops its draft with them", async () => {
    const phone = await opened();
    const { core, server } = phone;
    await core.saveDraft("head", { half: true });
    await core.amend(ID, NEW, { opened: core.mirrorSeq(), draft: "head" });
    expect(core.drafts()).toEqual([]);
    expect(core.get(ID)?.fields).toMatchObject({ start_at: 5, end_at: 9, companions: ["b"] });
    await core.syncNow();
    const sent = server.seen.filter((one) => one.path === "/sync/v1/push").flatMap((one) => (JSON.parse(one.body) as { changes: { action: string; group?: string }[] }).changes);
    expect(sent.map(({ action }) => action)).toEqual(["patch", "add", "remove"]);
    expect(new Set(sent.map(({ group }) => group)).size).toBe(1);
    expect(sent[0]?.group).toBeDefined();
  });

  it("takes one number where one thing changed, and none where nothing did", async () => {
    const { core } = await opened();
    await core.saveDraft("head", { half: true });
    await core.amend(ID, { patch: {}, add: { companions: [] }, remove: {} }, { opened: core.mirrorSeq(), draft: "head" });
    expect(core.outbox()).toHaveLength(0);
    expect(core.drafts()).toEqual([]);
    await core.amend(ID, { patch: { end_at: 3 }, add: {}, remove: {} }, { opened: core.mirrorSeq(), draft: "head" });
    expect(core.outbox()).toHaveLength(1);
  });
});
