/** After the close: what forms, entries, numbers, marks and results say before anybody taps. */
import { describe, expect, test } from "vitest";
import zh from "../../src/i18n/zh.json";
import { type Cells, type Entries, groupsOnPaper, OUTCOMES, ownEntry, readCount, rowsOf, standOf, unfit } from "../../src/screens/count/entry.ts";
import { type Form, nextNo, readNo, readNumbers, sorted } from "../../src/screens/count/forms.ts";
import { changed, type Marks, markStand, readMark, unfinished } from "../../src/screens/count/marks.ts";
import { COLUMNS, isVoid, lacksToSign, linesOf, type Reconciliation } from "../../src/screens/count/reconcile.ts";
import { type Counts, deedsOf, hiddenWhy, needsReason, partsOf, type SubjectResult, validOf } from "../../src/screens/count/result.ts";
import { keyOf, type Sheet, sheetOf } from "../../src/screens/count/sheet.ts";
import { partsOf as partsOfRound, ROUND_STATES } from "../../src/screens/meeting/round.ts";

const SHEET: Sheet = { subjects: [{ id: "one", name: "青石沟" }, { id: "two", name: "柳树湾" }], groups: ["leader", "member_rep"] };
const PLACES = SHEET.subjects.flatMap(({ id: subject }) => SHEET.groups.map((group) => ({ subject, group })));

describe("paper forms", () => {
  const form = (form_no: number, state: Form["state"] = "issued"): Form => ({ form_no, group: "leader", state, roll_id: "x" });
  const forms = [form(1), form(2, "collected"), form(3, "spoiled"), form(9)];

  test("numbers and ranges are read however they are typed; what is none is named", () => {
    expect(readNumbers("1-3, 15 8")).toEqual({ numbers: [1, 2, 3, 8, 15], wrong: [] });
    expect(readNumbers("１～３、7 至 8")).toEqual({ numbers: [1, 2, 3, 7, 8], wrong: [] });
    expect(readNumbers("5-3, x, 1-2-3, 0, 1-999999, 4")).toEqual({ numbers: [4], wrong: ["5-3", "x", "1-2-3", "0", "1-999999"] });
    expect(readNumbers(" ")).toEqual({ numbers: [], wrong: [] });
    expect([readNo("12"), readNo("1.5"), readNo("1000000"), readNo("-1")]).toEqual([12, undefined, undefined, undefined]);
  });

  test("only what was given out can come back", () => {
    expect(sorted([1, 2, 3, 4], forms)).toEqual({ fresh: [1], back: [2], strange: [3, 4] });
    expect([nextNo(forms), nextNo([])]).toEqual([10, 1]);
  });
});

describe("double entry", () => {
  const told: Entries = { state: "opened", entries: [], agrees: false, differences: [], forms: PLACES.map((place) => ({ ...place, collected: place.group === "leader" ? 2 : 0 })) };

  test("one's own entry is the one that was made, else the free one; a third clerk has none", () => {
    const by = (entry: "a" | "b", mine = false) => ({ entry, name: "", mine });
    expect([ownEntry([]), ownEntry([by("a")]), ownEntry([by("b")]), ownEntry([by("a"), by("b", true)])]).toEqual(["a", "b", "a", "b"]);
    expect(ownEntry([by("a"), by("b")])).toBeUndefined();
  });

  test("a row goes up when it comes to the forms that are back", () => {
    expect([readCount(""), readCount("３"), readCount("-1"), readCount("1.5"), readCount("x")]).toEqual([0, 3, undefined, undefined, undefined]);
    expect([standOf(undefined, 2), standOf({ good: "1" }, 2), standOf({ good: "1", poor: "1" }, 2), standOf({ good: "x" }, 2), standOf(undefined, 0)]).toEqual(["untouched", "off", "fits", "wrong", "fits"]);
    const cells: Cells = { [keyOf(PLACES[0] as (typeof PLACES)[0])]: { good: "2" } };
    expect(unfit(SHEET, cells, told)).toEqual([{ subject: "two", group: "leader" }]);
    expect(groupsOnPaper(SHEET, told)).toEqual(["leader"]);
    const rows = rowsOf(SHEET, cells);
    expect(rows).toHaveLength(4);
    expect(rows[0]).toEqual({ subject: "one", group: "leader", good: 2, fairly_good: 0, average: 0, poor: 0, abstain: 0, invalid: 0 });
  });
});

describe("reconciliation", () => {
  const numbers = { entitled: 5, present: 5, issued_e: 4, issued_p: 1, received_e: 4, collected_p: 1, late: 0, lost: 0, spoiled: 0, duplicate_attempts: 0 };
  const told: Reconciliation = { state: "opened", rows: PLACES.map((place) => ({ ...place, ...numbers })), broken: [], paper_agrees: true, signed: { reconciliation: 0, tally: 0 }, signers: { reconciliation: [], tally: [] } };

  test("subjects with the same numbers stand in one line, another beside them", () => {
    expect(linesOf(SHEET, told).map((line) => [line.group, line.subjects])).toEqual([["leader", ["青石沟", "柳树湾"]], ["member_rep", ["青石沟", "柳树湾"]]]);
    const rows = told.rows.map((row, at) => (at === 0 ? { ...row, entitled: 4 } : row));
    expect(linesOf(SHEET, { ...told, rows }).map((line) => line.subjects)).toEqual([["青石沟"], ["柳树湾"], ["青石沟", "柳树湾"]]);
  });

  test("nobody is offered to sign what does not hold; more back than issued asks for a new round", () => {
    expect(lacksToSign(told)).toEqual([]);
    const broken = { ...told, paper_agrees: false, broken: [{ subject: "one", group: "leader", what: "forms-and-rows" }] };
    expect(lacksToSign(broken)).toEqual(["paper-agrees", "numbers-agree"]);
    expect([isVoid(broken), isVoid({ ...told, broken: [{ subject: "one", group: "leader", what: "more-back-than-issued" }] })]).toEqual([false, true]);
    expect(linesOf(SHEET, broken)[0]?.broken).toEqual(["forms-and-rows"]);
  });

  test("every fault and column has its words", () => {
    for (const what of ["present-over-entitled", "issued-over-present", "received-over-issued", "sum-not-issued", "more-back-than-issued", "forms-and-rows"]) expect((zh.identity as Record<string, string>)[what]).toBeTruthy();
    for (const column of COLUMNS) expect((zh.reconciled as Record<string, string>)[`full-${column}`]).toBeTruthy();
  });
});

describe("marks", () => {
  const told: Marks = { state: "closed", weighs: true, complete: false, marks: [{ subject: "one", daily: "90", secretary: "85.5" }] };

  test("a mark is 0 to 100 with at most two places", () => {
    expect(["0", "100", "100.00", "9.25", "８８"].map(readMark)).toEqual(["0", "100", "100.00", "9.25", "88"]);
    expect(["100.01", "101", "-1", "9.255", "九"].map(readMark)).toEqual(Array(5).fill(undefined));
    expect([markStand(" "), markStand("1"), markStand("x")]).toEqual(["empty", "fits", "wrong"]);
  });

  test("only whole rows that changed go up; a half one is unfinished", () => {
    const typed = { one: { daily: "90", secretary: "85.5" }, two: { daily: "80", secretary: "" } };
    expect([changed(typed, told), unfinished(typed, ["one", "two"])]).toEqual([[], ["two"]]);
    expect(changed({ ...typed, two: { daily: "80", secretary: "70" } }, told)).toEqual([{ subject: "two", daily: "80", secretary: "70" }]);
  });
});

describe("result", () => {
  const counts: Counts = { good: 3, fairly_good: 1, average: 1, poor: 0, abstain: 3, invalid: 0 };
  const one: SubjectResult = { id: "one", name: "青石沟", total: counts, groups: {}, hidden: false, ballot_shown: "88.00", shown: "88.00", suggested: "fairly_good", decided: null, reason: null, minute_ref: null };

  test("a bar is a hundred together and leaves out what is not there", () => {
    const parts = partsOf(counts);
    expect(parts.map((part) => [part.outcome, part.n])).toEqual([["good", 3], ["fairly_good", 1], ["average", 1], ["abstain", 3]]);
    expect(parts.reduce((sum, part) => sum + part.share, 0)).toBeCloseTo(100);
    expect([validOf(counts), partsOf({ good: 0, fairly_good: 0, average: 0, poor: 0, abstain: 0, invalid: 0 })]).toEqual([5, []]);
  });

  test("what is hidden says why; another grade than the suggested one asks for reasons", () => {
    expect([hiddenWhy(one), hiddenWhy({ ...one, hidden: true }), hiddenWhy({ ...one, total: null, hidden: true })]).toEqual([undefined, "groups", "all"]);
    expect([needsReason(one, "fairly_good"), needsReason(one, "good"), needsReason({ ...one, suggested: null }, "good")]).toEqual([false, true, true]);
  });

  test("a scrutineer signs, the committee secretary decides and publishes, the office does none of it", () => {
    expect([deedsOf("counted", ["scrutineer"]), deedsOf("counted", ["scrutineer", "pbo"]), deedsOf("certified", ["scrutineer"])]).toEqual([["sign"], [], []]);
    expect([deedsOf("counted", ["committee_secretary"]), deedsOf("certified", ["committee_secretary"]), deedsOf("published", ["committee_secretary"])]).toEqual([["decide"], ["decide", "publish"], ["decide"]]);
    expect(["counted", "certified", "published"].flatMap((state) => deedsOf(state, ["pbo", "evaluator"]))).toEqual([]);
  });
});

test("evaluators reach the result once it is published and the board once the box is open; nobody reaches it before", () => {
  const seen = (roles: string[], part: string): string[] => ROUND_STATES.filter((state) => partsOfRound(state, roles).includes(part));
  expect(seen(["on-roll"], "result")).toEqual(["published"]);
  expect(seen(["on-roll"], "board")).toEqual(["opened", "reconciled", "counted", "certified", "published"]);
  expect(seen(["pbo", "committee_secretary", "scrutineer"], "result")).toEqual(["counted", "certified", "published"]);
  expect(seen(["committee_secretary"], "reconcile")).toEqual(["reconciled", "counted", "certified", "published"]);
  expect(seen(["teller"], "entry")).toEqual(["closed", "opened"]);
  expect(["teller", "evaluator", "on-roll", "scrutineer"].flatMap((role) => seen([role], "forms"))).toEqual([]);
});

test("a round that is being prepared has an empty sheet", () => {
  expect(sheetOf("")).toEqual({ subjects: [], groups: [] });
  expect(sheetOf('{"subjects":[{"id":"one","name":"青石沟"}],"groups":[{"slug":"leader","name":"x"}]}')).toEqual({ subjects: [{ id: "one", name: "青石沟" }], groups: ["leader"] });
  for (const outcome of OUTCOMES) expect((zh.grades as Record<string, string>)[outcome]).toBeTruthy();
});
