/** One seed: three replicas of one township work, fail, die and come back; then the weather clears and everything must be there. */
import { IDBFactory } from "fake-indexeddb";
import { type Core, createCore, type SyncState, type View } from "../../src/core.ts";
import { type Clock, clockFrom } from "./clock.ts";
import { type Line, lineFor, type Weather } from "./faulty.ts";
import { Rest } from "./rest.ts";
import { chancesOf, type Rng, rngOf } from "./rng.ts";

export interface Township {
  id: string;
  codes: string[];
  villages: string[];
  person: string;
  companion: string;
}

/** A phone that could not enrol, because the server died meanwhile: nothing was saved yet, the seed begins again. */
export class NotEnrolled extends Error {}

/** A text some author saw saved; `sure` is false when the save was interrupted, so that it may or may not exist. */
export interface Saved {
  text: string;
  sure: boolean;
}

export interface Finished {
  saved: Saved[];
  stuck: string[];
  mirrors: Map<string, number>[];
  counts: Record<string, number>;
}

interface Phone {
  idb: IDBFactory;
  line: Line;
  core: Core;
}

const PASSPHRASE = "fault-run-phrase";
const QUIET_ROUNDS = 80;
/** A killed server is back after a few of these: rounds against a closed door prove nothing. */
const RESTART_MS = 500;
/** So much of the seed's own time passes between two acts, and between two rounds of the end. */
const PAUSE_MS = 1500;

/** What all phones of one seed live in. */
interface World {
  seed: number;
  /** How many processes have been opened; each has chances of its own. */
  lives: number;
  weather: Weather;
  clock: Clock;
  rest: Rest;
  base: string;
}

/** The work of one seed. Shape: every `saved` text is unique, so that it can be found again; `mirrors` map record id to seq. */
export async function play(seed: number, base: string, township: Township, steps: number): Promise<Finished> {
  const rng = rngOf(seed);
  const weather: Weather = { stormy: false, counts: {} };
  const clock = clockFrom(Date.now());
  const world: World = { seed, lives: 0, weather, clock, rest: new Rest(), base };
  const saved: Saved[] = [];
  const phones: Phone[] = [];
  for (const code of township.codes) phones.push(await enrolled(world, code));
  await newVisit(phones[0]?.core as Core, rng, township, `seed ${seed} first`);
  for (const phone of phones) await phone.core.syncNow();
  await world.rest.come();
  weather.stormy = true;
  for (let step = 0; step < steps; step++) {
    await world.rest.come();
    clock.pass(PAUSE_MS);
    const phone = rng.pick(phones);
    if (rng.chance(0.06)) await restart(phone, world);
    else if (rng.chance(0.35)) await phone.core.syncNow().catch(() => undefined);
    else await work(phone.core, rng, township, `seed ${seed} step ${step}`, saved);
  }
  await world.rest.come();
  weather.stormy = false;
  for (const phone of phones) await restart(phone, world);
  const stuck = await settleDown(phones, clock);
  const mirrors = phones.map((phone) => mirrorOf(phone.core));
  for (const phone of phones) phone.core.stop();
  return { saved, stuck, mirrors, counts: weather.counts };
}

async function enrolled(world: World, code: string): Promise<Phone> {
  const idb = new IDBFactory();
  const phone = await opened(idb, world);
  await phone.core.enrol({ code, label: "fault run", pin: PASSPHRASE, platform: "node" }).catch((error) => {
    throw new NotEnrolled(String(error));
  });
  return phone;
}

async function opened(idb: IDBFactory, world: World): Promise<Phone> {
  const { weather, clock, rest, base } = world;
  const chances = chancesOf(`${world.seed} ${world.lives++}`);
  const line = lineFor(chances, weather, base);
  const core = await createCore({
    idb: rest.idb(idb),
    fetch: line.fetch,
    crypto: rest.crypto(globalThis.crypto),
    now: clock.now,
    random: () => chances("random"),
    setTimer: clock.setTimer,
    online: () => true,
    kdf: async (pin, salt) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pin + salt.join()))),
    appVersion: "fault-run",
    baseUrl: base,
    faults: line.faults,
  });
  return { idb, line, core };
}

/** The process dies wherever it is; a new one opens what it left. */
async function restart(phone: Phone, world: World): Promise<void> {
  phone.line.kill();
  phone.core.stop();
  const { weather } = world;
  const stormy = weather.stormy;
  weather.stormy = false;
  const next = await opened(phone.idb, world);
  await next.core.unlock(PASSPHRASE);
  await world.rest.come();
  Object.assign(phone, next);
  weather.stormy = stormy;
}

/** One act of a person; what was reported as saved goes on the list. */
async function work(core: Core, rng: Rng, township: Township, text: string, saved: Saved[]): Promise<void> {
  const visits = core.list("visit").filter((visit) => !visit.deleted);
  const visit = visits.length && rng.chance(0.9) ? visits[rng.int(Math.min(2, visits.length))] : undefined;
  const entry: Saved = { text, sure: false };
  try {
    const told = visit ? await onVisit(core, rng, township, visit, text) : await newVisit(core, rng, township, text);
    entry.sure = told;
    if (told) saved.push(entry);
  } catch {
    saved.push(entry);
  }
}

async function newVisit(core: Core, rng: Rng, township: Township, text: string): Promise<boolean> {
  const start = 1_790_000_000_000 + rng.int(1_000_000);
  const fields = { village_id: rng.pick(township.villages), visitor_id: township.person, start_at: start, end_at: start + 1000 };
  await core.create("visit", { ...fields, narrative: text });
  return true;
}

/** Whether the act carried the text. */
async function onVisit(core: Core, rng: Rng, township: Township, visit: View, text: string): Promise<boolean> {
  const id = visit.id;
  const opened = core.mirrorSeq();
  switch (rng.int(12)) {
    case 0:
    case 9:
    case 10:
      await core.patch(id, { narrative: text }, { opened });
      return true;
    case 1:
      await core.patch(id, { "area_notes.study": text, branch_summary: `${text} also` }, { opened });
      return true;
    case 2:
      await core.create("record_check", { visit_id: id, area: "study", doc_type: "ledger", title: text, found: "partial" });
      return true;
    case 3:
      return interview(core, id, text);
    case 4:
      return opinion(core, visit, text);
    case 5:
      await core.add(id, "companions", [township.companion]);
      return false;
    case 6:
      await core.command(id, "complete", { children: core.children(id).map((child) => child.id) });
      return false;
    case 7:
      await (rng.chance(0.3) ? core.delete(id) : core.patch(id, { narrative: text }, { opened }));
      return false;
    default:
      return settleOne(core, rng);
  }
}

async function interview(core: Core, visit: string, text: string): Promise<boolean> {
  const fields = { visit_id: visit, category: "masses", alias: "群众甲", answer: text, consent: "given" };
  const id = await core.create("interview", fields);
  await core.create("interviewee", { interview_id: id, name: "李喆" });
  await core.command(id, "complete");
  return true;
}

async function opinion(core: Core, visit: View, text: string): Promise<boolean> {
  const about = { origin: "visit", origin_id: visit.id, village_id: visit.fields.village_id };
  const id = await core.create("opinion", { ...about, opinion_kind: "problem", area: "duty", about: "branch", text });
  await core.command(id, "record");
  return true;
}

async function settleOne(core: Core, rng: Rng): Promise<boolean> {
  const open = core.list("conflict").filter((conflict) => conflict.fields.status === "open");
  if (!open.length) return false;
  const conflict = rng.pick(inOrder(open, ({ fields }) => `${fields.record} ${fields.field}`));
  const sides = conflict.fields.sides as { value: unknown }[];
  await core.settle(conflict.id, rng.pick(inOrder(sides, ({ value }) => JSON.stringify(value))).value);
  return false;
}

/** A conflict's id and its sides' order rest on ids that nobody seeded. */
function inOrder<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return [...items].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** Clear weather: every phone syncs until nothing waits, every receipt matched and nothing moves; what does not get there is stuck. */
async function settleDown(phones: Phone[], clock: Clock): Promise<string[]> {
  let before = "";
  for (let round = 0; round < QUIET_ROUNDS; round++) {
    clock.pass(PAUSE_MS);
    for (const phone of phones) await phone.core.syncNow().catch(() => undefined);
    const after = phones.map((phone) => phone.core.mirrorSeq()).join();
    const quiet = phones.every((phone) => isQuiet(phone.core.sync()));
    if (quiet && after === before) return [];
    before = after;
    if (phones.some((phone) => phone.core.sync().lastProblem)) await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
  }
  return phones.map((phone, index) => `${index}: ${JSON.stringify({ ...phone.core.sync(), seq: phone.core.mirrorSeq() })}`);
}

/** Everything is there and the last round went through: an unreachable server is no answer. */
function isQuiet(state: SyncState): boolean {
  return state.waiting === 0 && state.arrivedAtMs !== undefined && state.lastProblem === undefined && state.halted === undefined;
}

function mirrorOf(core: Core): Map<string, number> {
  const kinds = ["visit", "record_check", "interview", "opinion", "conflict"];
  const shared = kinds.flatMap((kind) => core.list(kind)).filter((view) => view.scope?.startsWith("field:"));
  return new Map(shared.map((view) => [view.id, view.seq]));
}
