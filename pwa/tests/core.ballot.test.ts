/** The evaluator's phone with its real bytes, over a database that is killed and a line that is cut. */
import { beforeAll, expect, it, vi } from "vitest";
import { stageOf } from "../src/domain/ballot/held.ts";
import { evaluator, type FakeBallots, ROLL, ROUND, SUBJECTS } from "./fake-ballots.ts";
import { type Phone, settle, slugOf } from "./phone.ts";

const [FIRST = "", SECOND = ""] = SUBJECTS;
const stage = (phone: Phone): string => stageOf(phone.core.held(ROUND));
const messages = (phone: Phone) => phone.core.held(ROUND)?.slips?.map(({ message, blinded }) => [message, blinded]);

beforeAll(() => import("../src/ballot.ts"));

async function until(phone: Phone, there: () => boolean, ms = 1000): Promise<void> {
  for (let turn = 0; turn < 200 && !there(); turn++) {
    await phone.pass(ms);
    await settle();
  }
  expect(there(), `the phone stands at ${stage(phone)}`).toBe(true);
}

async function filled(): Promise<{ phone: Phone; office: FakeBallots }> {
  const { phone, office } = await evaluator();
  const ballot = await phone.core.ballot();
  await ballot.choose(ROUND, FIRST, "good");
  await ballot.choose(ROUND, SECOND, "poor");
  await ballot.choose(ROUND, SECOND, undefined);
  return { phone, office };
}

it("keeps the sheet through a kill, at the row last touched, and where only its owner can read it", async () => {
  const { phone } = await filled();
  await phone.reboot();
  expect(phone.core.held(ROUND)).toMatchObject({ choices: { [FIRST]: "good" }, row: SECOND });
  expect(JSON.stringify(await phone.rows("ballots"))).not.toContain("good");
  expect(phone.core.drafts()).toEqual([]);
  expect(phone.core.outbox()).toEqual([]);
  const backup = JSON.parse(new TextDecoder().decode(await phone.core.exportBackup()));
  expect(Object.keys(backup)).not.toContain("ballots");
  const [row] = (await phone.rows("ballots")) as { id: string }[];
  expect(JSON.stringify(backup)).not.toContain(row?.id);
});

it("says the four words of the manifest that it computed itself", async () => {
  const { phone } = await evaluator();
  expect((await (await phone.core.ballot()).round(ROUND)).words).toBe("地 锄 鸭 军");
});

it("hands in before the round begins, asks nobody for anything, and goes on when it hears that it has", async () => {
  const { phone, office } = await filled();
  office.state("issued");
  await phone.core.syncNow();
  await (await phone.core.ballot()).handIn(ROUND);
  await phone.pass(120_000);
  expect([stage(phone), office.asked.length]).toEqual(["sealed", 0]);
  office.state("open");
  await until(phone, () => stage(phone) === "signed");
});

it("asks less and less often while nothing answers, and at once when the network is back", async () => {
  const { phone, office } = await filled();
  office.trouble = () => "gone";
  await (await phone.core.ballot()).handIn(ROUND);
  for (let turn = 0; turn < 60; turn++) await phone.pass(5000);
  expect(office.asked.length).toBeGreaterThan(6);
  expect(office.asked.length).toBeLessThan(14); // every 6 to 12 seconds it would be 25 at least
  const before = office.asked.length;
  office.trouble = () => undefined;
  phone.core.wentOnline();
  await settle();
  await phone.pass(0);
  await settle();
  expect(office.asked.length).toBeGreaterThan(before);
});

it("hands in offline, and goes on by itself: signed, in company, posted without a name, counted", async () => {
  const { phone, office } = await filled();
  office.trouble = () => "gone";
  await (await phone.core.ballot()).handIn(ROUND);
  await settle();
  expect([stage(phone), office.issued.size]).toEqual(["sealed", 0]);
  const sealed = messages(phone);
  office.trouble = () => undefined;
  phone.core.wentOnline();
  await until(phone, () => stage(phone) === "signed");
  await phone.pass(120_000);
  expect(office.posts).toEqual([]);
  office.windows = { leader: 1 };
  await until(phone, () => stage(phone) === "in");
  const moments = office.posts.map(({ atMs }) => atMs);
  expect(Math.max(...moments) - Number(office.company)).toBeLessThanOrEqual(60_000);
  expect(office.posts.length).toBe(2);
  for (const { headers, body } of office.posts) {
    expect([...headers.keys()]).toEqual(["content-type"]);
    expect(Object.keys(JSON.parse(body)).sort()).toEqual(["group", "slip", "subject", "township"]);
  }
  expect(messages(phone)).toEqual(sealed);
  await office.open();
  await phone.core.syncNow();
  await until(phone, () => stage(phone) === "counted");
  expect(phone.core.held(ROUND)?.slips?.map(({ choice }) => choice)).toEqual(["good", "abstain"]);
});

it.each(["idb:put:ballots", "idb:commit:meta", "idb:committed:meta", "ballot:issue:answered", "ballot:post:answered"])(
  "killed at %s, again and again, it sends the same bytes",
  async (point) => {
    const { phone, office } = await filled();
    office.windows = { leader: 1 };
    let kills = 0;
    for (let life = 0; life < 8 && stage(phone) !== "in"; life++) {
      let alive = true;
      phone.fault = (here) => {
        if (here !== point || !alive || kills >= 4) return;
        alive = false;
        kills += 1;
        throw new Error("kill -9");
      };
      phone.core.start();
      const before = messages(phone);
      if (!before) await (await phone.core.ballot()).handIn(ROUND).catch(() => undefined);
      for (let turn = 0; turn < 60 && alive && stage(phone) !== "in"; turn++) await phone.pass(2000);
      phone.fault = () => undefined;
      await phone.reboot();
      if (before) expect(messages(phone)).toEqual(before);
    }
    expect([stage(phone), office.issued.size, office.box.size]).toEqual(["in", 2, 2]);
    expect(kills).toBeGreaterThan(0);
  },
);

it("asks for the window in a phase of its own, so that whoever fills it is not the first to post", async () => {
  const { phone, office } = await filled();
  office.windows = { leader: 1 };
  const looks: number[] = [];
  office.trouble = (what) => {
    if (what === "window") looks.push(phone.nowMs);
    return undefined;
  };
  const real = globalThis.crypto.getRandomValues.bind(globalThis.crypto);
  const half = <T extends ArrayBufferView>(into: T): T => (into instanceof Uint32Array ? (into.fill(2 ** 31) as unknown as T) : real(into));
  const dice = vi.spyOn(globalThis.crypto, "getRandomValues").mockImplementation(half as typeof real);
  await (await phone.core.ballot()).handIn(ROUND);
  await until(phone, () => stage(phone) === "signed", 1);
  const signed = phone.nowMs;
  await until(phone, () => looks.length > 0, 250);
  dice.mockRestore();
  expect(Math.abs((looks[0] ?? 0) - signed - 7_500)).toBeLessThan(500);
});

it("takes a lost answer for nothing, and sends the same again", async () => {
  const { phone, office } = await filled();
  office.windows = { leader: 1 };
  let cuts = 0;
  office.trouble = (what) => (what !== "window" && cuts++ % 2 === 0 ? "cut" : undefined);
  await (await phone.core.ballot()).handIn(ROUND);
  await until(phone, () => stage(phone) === "in", 5000);
  expect(office.posts.length).toBeGreaterThan(2);
  expect([office.issued.size, office.box.size]).toEqual([2, 2]);
});

it("is never green when the box was closed: late, and not counted", async () => {
  const { phone, office } = await filled();
  await (await phone.core.ballot()).handIn(ROUND);
  await until(phone, () => stage(phone) === "signed");
  office.left_ms = 0;
  await until(phone, () => phone.core.held(ROUND)?.slips?.every(({ box }) => box) === true);
  expect(stage(phone)).toBe("late");
  await office.open();
  await phone.core.syncNow();
  await until(phone, () => phone.core.held(ROUND)?.board !== undefined);
  expect([stage(phone), phone.core.held(ROUND)?.slips?.map(({ found }) => found)]).toEqual(["late", ["late", "late"]]);
});

it("says so when a slip is missing from the board", async () => {
  const { phone, office } = await filled();
  office.windows = { leader: 1 };
  await (await phone.core.ballot()).handIn(ROUND);
  await until(phone, () => stage(phone) === "in");
  await office.open((board) => board.slice(1));
  await phone.core.syncNow();
  await until(phone, () => stage(phone) === "amiss");
  expect(phone.core.held(ROUND)?.slips?.map(({ found }) => found)).toEqual(["missing", "counted"]);
});

it("keeps a refusal, tries no more by itself, and once more when asked", async () => {
  const { phone, office } = await filled();
  office.trouble = (what) => (what === "issuances" ? "on-paper" : undefined);
  await (await phone.core.ballot()).handIn(ROUND);
  await until(phone, () => stage(phone) === "refused");
  expect(phone.core.held(ROUND)?.refused).toBe("on-paper");
  office.trouble = () => undefined;
  await phone.pass(120_000);
  expect(office.issued.size).toBe(0);
  await (await phone.core.ballot()).again(ROUND);
  await until(phone, () => stage(phone) === "signed");
});

it("posts nothing that the server did not sign", async () => {
  const { phone, office } = await filled();
  office.windows = { leader: 1 };
  const inner = phone.server.fetch;
  const swapped = (async (input: string, init?: RequestInit) => {
    const answer = await inner(input, init);
    if (!String(input).endsWith("/issuances")) return answer;
    const { sheet, window } = (await answer.json()) as { sheet: { subject: string; signature: string }[]; window: number };
    const other = sheet.map(({ subject }, at) => ({ subject, signature: sheet[1 - at]?.signature }));
    return new Response(JSON.stringify({ sheet: other, window }), { headers: { "Content-Type": "application/json" } });
  }) as typeof fetch;
  phone.extra = { fetch: swapped };
  await phone.reboot();
  await (await phone.core.ballot()).handIn(ROUND);
  await until(phone, () => stage(phone) === "refused");
  expect([phone.core.held(ROUND)?.refused, office.posts.length]).toEqual(["ballot-signature-wrong", 0]);
});

it("grades nobody it is recused from, and has no sheet for one who is not on the roll", async () => {
  const { phone, office } = await evaluator();
  office.issue([FIRST]);
  await phone.core.syncNow();
  await (await phone.core.ballot()).handIn(ROUND);
  expect(phone.core.held(ROUND)?.slips?.map(({ subject }) => subject)).toEqual([SECOND]);
  office.server.write(ROLL, "roll_entry", {}, { scope: "own:a1", deleted: true });
  await phone.core.syncNow();
  expect(await slugOf((await phone.core.ballot()).round(ROUND))).toBe("ballot-not-yours");
});

it.each([
  ["posted in part", 1],
  ["wholly posted", 0],
] as const)("taken out of service with a ballot %s, it says what is lost", async (how, due) => {
  const { phone, office } = await filled();
  office.windows = { leader: 1 };
  if (due) office.trouble = (what) => (what === "slips" && office.posts.length > 0 ? "gone" : undefined);
  await (await phone.core.ballot()).handIn(ROUND);
  await until(phone, () => stage(phone) === (due ? "posting" : "in"), 5000);
  for (const replica of phone.server.replicas.values()) replica.revoked = true;
  await phone.core.syncNow().catch(() => undefined);
  await until(phone, () => phone.core.wiped() !== undefined);
  expect([how, phone.core.wiped()?.ballots ?? 0, (await phone.rows("ballots")).length]).toEqual([how, due, 0]);
});
