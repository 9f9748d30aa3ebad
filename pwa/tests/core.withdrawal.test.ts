/** Consent withdrawn on the phone: gone from the screens at once, from the disk once the server has done it. */
import { describe, expect, it } from "vitest";
import type { Entry } from "../src/domain/change.ts";
import { restore, snapshot } from "./disasters.ts";
import { FakeServer } from "./fake-server.ts";
import { enrolled, type Phone } from "./phone.ts";

const V = "11111111-1111-7111-8111-111111111111";
const WORDS = { asked: "CANARY-asked", answer: "CANARY-answer" };

/** A completed interview with a name, as the screens save it. */
async function heard(phone: Phone): Promise<string> {
  const fields = { visit_id: V, category: "masses", alias: "群众甲", consent: "given", minutes: 12, ...WORDS };
  const said = await phone.core.create("interview", fields);
  await phone.core.create("interviewee", { interview_id: said, name: "CANARY-name" });
  await phone.core.patch(said, { answer: "CANARY-second" });
  await phone.core.command(said, "complete");
  return said;
}

async function withVisit(): Promise<Phone> {
  const server = new FakeServer();
  server.write(V, "visit", { narrative: "a", state: "in_progress" });
  return enrolled(server);
}

/** What the unlocked phone keeps of its own changes, read from the disk. */
async function kept(phone: Phone): Promise<Entry[]> {
  await phone.reboot();
  const { home } = phone.core as unknown as { home: { running: { open: { shelf: { entries: Entry[] } } } } };
  return home.running.open.shelf.entries;
}

describe("a withdrawal of consent", () => {
  it("shows nothing of what was said from the tap on, without a network", async () => {
    const phone = await withVisit();
    const said = await heard(phone);
    expect(phone.core.children(said, "interviewee")).toHaveLength(1);
    await phone.core.command(said, "withdraw");
    expect(phone.core.get(said)?.fields).toMatchObject({ state: "withdrawn", consent: "withdrawn", answer: null, asked: null, minutes: 12 });
    expect(phone.core.children(said, "interviewee")).toEqual([]);
    expect(phone.core.children(V, "interview")).toHaveLength(1);
    expect(phone.core.sync().waiting).toBe(5);
  });

  it("leaves nothing of it in what the phone keeps, once the server has done it", async () => {
    const phone = await withVisit();
    const said = await heard(phone);
    await phone.core.syncNow();
    const before = (await kept(phone)).map(({ hash, n }) => ({ hash, n }));
    expect((await kept(phone)).filter((entry) => entry.text.includes("CANARY"))).toHaveLength(3);
    await phone.core.command(said, "withdraw");
    await phone.core.syncNow();
    const after = await kept(phone);
    expect(after.filter((entry) => entry.text.includes("CANARY"))).toEqual([]);
    expect(after.slice(0, 4).map(({ hash, n }) => ({ hash, n }))).toEqual(before);
    expect(phone.core.history(said).map((one) => one.action)).toEqual(["create", "patch", "complete", "withdraw"]);
    expect(phone.core.sync()).toMatchObject({ waiting: 0 });
  });

  it("empties the author's other phone, too, at its next pull", async () => {
    const phone = await withVisit();
    const said = await heard(phone);
    await phone.core.syncNow();
    phone.server.write(said, "interview", { state: "withdrawn", consent: "withdrawn", answer: null, asked: null });
    const [person] = [...phone.server.records.values()].filter((row) => row.kind === "interviewee");
    phone.server.write(person?.id ?? "", "interviewee", {}, { deleted: true });
    await phone.core.syncNow();
    expect((await kept(phone)).filter((entry) => entry.text.includes("CANARY"))).toEqual([]);
    expect(phone.core.children(said, "interviewee")).toEqual([]);
  });

  it("keeps what has not been sent as it is: its number and hash are promised to the server", async () => {
    const phone = await withVisit();
    const said = await heard(phone);
    await phone.core.syncNow();
    await phone.core.patch(said, { answer: "CANARY-late" });
    phone.server.write(said, "interview", { state: "withdrawn", consent: "withdrawn", answer: null, asked: null });
    phone.server.poison = (change) => ((change.fields as object | undefined) && "answer" in (change.fields as object) ? "failed-guard" : undefined);
    await phone.core.syncNow();
    expect(phone.core.outbox()).toMatchObject([{ state: "quarantined", record: said }]);
    expect((await kept(phone)).filter((entry) => entry.text.includes("CANARY"))).toEqual([]);
  });

  it("goes up again after a restore, emptied, under the hashes it was known by", async () => {
    const phone = await withVisit();
    const { server } = phone;
    const backup = snapshot(server, phone.core.me()?.replica as string);
    const said = await heard(phone);
    await phone.core.syncNow();
    await phone.core.command(said, "withdraw");
    await phone.core.syncNow();
    const hashes = (await kept(phone)).map(({ hash }) => hash);
    restore(server, backup);
    server.seen = [];
    await phone.core.syncNow();
    const pushed = server.seen.filter((one) => one.path === "/sync/v1/push").map((one) => one.body);
    expect(pushed.join()).not.toContain("CANARY");
    const changes = pushed.flatMap((body) => (JSON.parse(body) as { changes: { hash: string; erased?: boolean }[] }).changes);
    expect(changes.map(({ hash }) => hash)).toEqual(hashes);
    expect(changes.map(({ erased }) => erased === true)).toEqual([true, true, true, false, false]);
    expect(server.records.get(said)?.fields).toMatchObject({ state: "withdrawn", consent: "withdrawn", minutes: 12 });
  });
});
