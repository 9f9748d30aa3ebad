/** 改一改再交: a refused create becomes a draft that its own form can read and save again. */
import { expect, test } from "vitest";
import type { Core, OutboxItem, View } from "../../src/contract.ts";
import { hold, type Surroundings } from "../../src/client.ts";
import { mendAddress } from "../../src/screens/sync/mending.ts";

function view(kind: string, id: string, fields: Record<string, unknown>, more: Partial<View> = {}): View {
  return { id, kind, fields, seq: 0, deleted: false, createdBy: "a", createdAtMs: 0, updatedBy: "a", updatedAtMs: 0, place: "needs-you", pending: [], ...more };
}

function land(...views: View[]): { core: Core; drafts: Map<string, { fields: Record<string, unknown> }> } {
  const drafts = new Map<string, { fields: Record<string, unknown> }>();
  const core = {
    get: (id: string) => views.find((one) => one.id === id),
    me: () => undefined,
    newId: () => "fresh",
    mirrorSeq: () => 7,
    subscribe: () => () => undefined,
    saveDraft: async (key: string, value: { fields: Record<string, unknown> }) => void drafts.set(key, value),
  } as unknown as Core;
  hold(core, { now: () => 0 } as unknown as Surroundings);
  return { core, drafts };
}
const refused = (record: string, kind: string, action = "create"): OutboxItem => ({ n: 1, record, kind, action, at_ms: 0, state: "quarantined" });
const visit = view("visit", "v", { village_id: "w" }, { seq: 3 });

test("an interview gets a new id, and its minutes as they are typed", async () => {
  const { core, drafts } = land(visit, view("interview", "i", { visit_id: "v", alias: "党员甲", minutes: 25, state: "draft" }, { parent: "v" }));
  expect(await mendAddress(core, refused("i", "interview"))).toBe("/visits/v/interviews/new");
  const form = drafts.get("/visits/v/interviews/new")?.fields ?? {};
  expect(form).toMatchObject({ id: "fresh", alias: "党员甲", minutes: "25", name: "" });
  expect(form).not.toHaveProperty("state");
  expect(form).not.toHaveProperty("visit_id");
});

test("a record check brings no id of its own", async () => {
  const { core, drafts } = land(visit, view("record_check", "c", { visit_id: "v", title: "台账" }, { parent: "v" }));
  await mendAddress(core, refused("c", "record_check"));
  expect(drafts.get("/visits/v/checks/new")?.fields).not.toHaveProperty("id");
});

test("an opinion from an interview still comes from it", async () => {
  const interview = view("interview", "i", {}, { parent: "v" });
  const { core, drafts } = land(visit, interview, view("opinion", "o", { origin: "interview", origin_id: "i", text: "路灯" }, { parent: "i" }));
  expect(await mendAddress(core, refused("o", "opinion"))).toBe("/visits/v/opinions/new");
  expect(drafts.get("/visits/v/opinions/new")?.fields).toMatchObject({ from: "i", text: "路灯" });
});

test("a refused edit leads to the record that stands", async () => {
  const { core, drafts } = land(visit, view("interview", "i", {}, { parent: "v", seq: 9 }));
  expect(await mendAddress(core, refused("i", "interview", "patch"))).toBe("/visits/v/interviews/i");
  expect(await mendAddress(core, refused("v", "visit", "command"))).toBe("/visits/v");
  expect(drafts.size).toBe(0);
});

test("a refused visit becomes a note again", async () => {
  const { core, drafts } = land(view("visit", "n", { village_id: "w", narrative: "到了", start_at: 1_795_000_000_000 }));
  expect(await mendAddress(core, refused("n", "visit"))).toBe("/visits/new");
  expect(drafts.get("/visits/new")).toMatchObject({ village: "w", text: "到了" });
});
