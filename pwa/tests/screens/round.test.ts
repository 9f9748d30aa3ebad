/** What a round asks for before a step, and who is offered it. */
import { expect, test } from "vitest";
import { problemWords } from "../../src/parts/problems.ts";
import zh from "../../src/i18n/zh.json";
import { standOf, tallyKeyOf } from "../../src/screens/meeting/key.ts";
import { fewOfAChannel, isReady, perGroup, quorumOf, type ReadyRow, signInAddress, smallPlaces, toPhone } from "../../src/screens/meeting/meetings.ts";
import { type Facts, partsOf, ROUND_STATES, stands, stepsOf, sums } from "../../src/screens/meeting/round.ts";

const GROUPS = [
  { group: "leader", entitled: 11, present: 11 },
  { group: "member_rep", entitled: 24, present: 13 },
];
const FACTS: Facts = { state: "prepared", roles: ["pbo"], key: true, groups: GROUPS, few: false, deadline_ms: 2000, server_time_ms: 1000, delegated: false };
const next = (more: Partial<Facts>): string[] => stepsOf({ ...FACTS, ...more }).map(({ step, lacks }) => [step, ...lacks].join(" "));

test("the sheet is issued with a key, groups of five and a deadline ahead", () => {
  expect(next({})).toEqual(["issue", "void"]);
  expect(next({ key: false, few: true, server_time_ms: 2000 })).toEqual(["issue tally-key groups-of-five before-deadline", "void"]);
  expect(next({ groups: [] })[0]).toBe("issue groups-of-five");
});

test("five of a group must be left for each subject when the recused are gone", () => {
  const row = (group: string, ...recusals: string[]) => ({ group, recusals });
  const reps = Array.from({ length: 6 }, () => row("member_rep"));
  const leaders = [row("leader", "p"), ...Array.from({ length: 4 }, () => row("leader"))];
  expect(smallPlaces([...reps, ...leaders], ["p", "q"])).toEqual([{ group: "leader", subject: "p", n: 4 }]);
  expect(smallPlaces([...reps, ...leaders, row("leader")], ["p", "q"])).toEqual([]);
  expect(smallPlaces([...reps, ...leaders.slice(1)], ["p", "q"])).toEqual([{ group: "leader", n: 4 }]);
  expect(smallPlaces([row("member_rep", "q"), row("member_rep", "q"), ...reps.slice(2)], ["p", "q"])).toEqual([{ group: "member_rep", subject: "q", n: 4 }]);
});

test("fewer than five of a group on paper, or on phones, is said before the round is prepared", () => {
  const rows = (group: string, phones: number, paper: number) => [...Array(phones).fill({ group, account: "a" }), ...Array(paper).fill({ group, account: null })];
  expect(fewOfAChannel([...rows("leader", 8, 3), ...rows("member_rep", 20, 4)])).toEqual([{ group: "leader", n: 3, channel: "paper" }, { group: "member_rep", n: 4, channel: "paper" }]);
  expect(fewOfAChannel([...rows("leader", 1, 5), ...rows("member_rep", 5, 0)])).toEqual([{ group: "leader", n: 1, channel: "phone" }]);
});

test("two thirds of those entitled open the vote, one less does not", () => {
  expect(quorumOf(35)).toBe(24);
  expect(next({ state: "issued" })).toEqual(["open", "void"]);
  const less = [GROUPS[0], { group: "member_rep", entitled: 24, present: 12 }] as Facts["groups"];
  expect(next({ state: "issued", groups: less })).toEqual(["open quorum", "void"]);
});

test("only the office moves a round, only a scrutineer opens the box, and not before the deadline", () => {
  expect(next({ roles: ["scrutineer", "teller", "evaluator"] })).toEqual([]);
  expect(next({ state: "closed", roles: ["scrutineer"] })).toEqual(["release after-deadline"]);
  expect(next({ state: "closed", roles: ["scrutineer"], server_time_ms: 2000 })).toEqual(["release"]);
  expect(next({ state: "closed" })).toEqual(["void"]);
  expect(["certified", "published", "void"].flatMap((state) => next({ state }))).toEqual([]);
});

test("a round that is with the laptop in the hall is opened, closed and voided there", () => {
  expect(next({ state: "issued", delegated: true })).toEqual(["open with-hub", "void with-hub"]);
  expect(next({ state: "open", delegated: true })).toEqual(["close with-hub", "void with-hub"]);
});

test("the laptop in the hall opens and closes, gives out paper, and leaves the rest to the server", () => {
  expect(next({ state: "issued", at_hub: true })).toEqual(["open"]);
  expect(next({ state: "open", at_hub: true })).toEqual(["close"]);
  expect(next({ state: "closed", roles: ["pbo", "scrutineer"], at_hub: true, server_time_ms: 3000 })).toEqual([]);
  expect(partsOf("closed", ["pbo", "scrutineer", "teller"], true)).toEqual(["forms"]);
});

test("the wall's square leads a phone to its own app, at the hub with the hub's address, and never to this machine alone", () => {
  const meeting = { title: "", place: "", starts_at_ms: null, hall_code: "123456", roll: [], rounds: [] };
  const home = "https://zf.example";
  expect(signInAddress("m", { ...meeting, address: home }, "http://127.0.0.1")).toBe(`${home}/ballot/meetings/m/sign-in?code=123456`);
  expect(signInAddress("m", { ...meeting, address: home, hub: "https://192.168.1.20:8799" }, home)).toBe(`${home}/ballot/meetings/m/sign-in?code=123456&hub=192.168.1.20:8799`);
  expect(signInAddress("m", { ...meeting, address: home, hub: "https://127.0.0.1:8799" }, home)).toBeUndefined();
  expect(signInAddress("m", meeting, "http://localhost:8765")).toBeUndefined();
});

test("every state, step and guard has its words", () => {
  const words = zh.round as Record<string, string>;
  for (const state of ROUND_STATES) expect(words[`state-${state}`]).toBeTruthy();
  for (const step of ["issue", "open", "close", "void"]) for (const part of ["step", "about", "sure", "done"]) expect(words[`${part}-${step}`]).toBeTruthy();
  for (const role of ["pbo", "scrutineer", "teller", "committee_secretary"]) {
    for (const part of ROUND_STATES.flatMap((state) => partsOf(state, [role]))) expect(words[`part-${part}-what`]).toBeTruthy();
  }
});

test("a void round has reached no state", () => {
  expect(stands("void", "issued")).toBe(false);
  expect(stands("counted", "issued")).toBe(true);
  expect(stands("prepared", "issued")).toBe(false);
});

test("the numbers of all groups are summed; groups keep their order", () => {
  const numbers = GROUPS.map((one) => ({ ...one, issued_e: 8, issued_p: 3, received: 7 }));
  expect(sums(numbers)).toEqual({ entitled: 35, present: 24, issued_e: 16, issued_p: 6, received: 14 });
  expect(perGroup([{ group: "member_rep" }, { group: "leader" }, { group: "member_rep" }])).toEqual([{ group: "leader", n: 1 }, { group: "member_rep", n: 2 }]);
});

test("whom to phone: first those without a phone, then those without a sheet; paper needs no call", () => {
  const row = (name: string, more: Partial<ReadyRow>): ReadyRow => ({ id: name, name, group: "leader", account: "a", enrolled: true, last_contact_ms: 1, has_sheet: true, ...more });
  const rows = [row("a", {}), row("b", { has_sheet: false }), row("c", { enrolled: false, has_sheet: false }), row("d", { account: null, enrolled: false, has_sheet: false })];
  expect(toPhone(rows).map(({ name }) => name)).toEqual(["c", "b"]);
  expect(rows.filter(isReady).map(({ name }) => name)).toEqual(["a"]);
});

test("where a scrutineer stands with his key", () => {
  const kept = { point: "P", copy: "…", rehearsed: true };
  const facts = { state: "prepared", kept, named: false, point: undefined, over: false };
  expect(standOf({ ...facts, kept: undefined })).toBe("none");
  expect(standOf({ ...facts, kept: { ...kept, rehearsed: false } })).toBe("made");
  expect(standOf(facts)).toBe("rehearsed");
  expect(standOf({ ...facts, named: true })).toBe("named");
  expect(standOf({ ...facts, kept: undefined, named: true })).toBe("lost");
  expect(standOf({ ...facts, state: "issued", named: true, point: "Q" })).toBe("other");
  expect(standOf({ ...facts, state: "closed", named: true, point: "P" })).toBe("named");
  expect(standOf({ ...facts, state: "closed", named: true, point: "P", over: true })).toBe("due");
  expect(standOf({ ...facts, state: "counted", named: true, point: "P", over: true })).toBe("released");
  expect(standOf({ ...facts, state: "void" })).toBe("over");
  expect([tallyKeyOf(""), tallyKeyOf('{"tally_key":"P"}'), tallyKeyOf("{}")]).toEqual([undefined, "P", undefined]);
});

test("what the server still misses is said in words", () => {
  const words = problemWords({ slug: "round-guard", title: "", guard: "quorum" });
  expect(words.places).toEqual([zh.guard.quorum]);
  expect(problemWords({ slug: "round-guard", title: "", guard: "unheard-of" }).places).toEqual([]);
});
