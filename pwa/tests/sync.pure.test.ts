import { describe, expect, it } from "vitest";
import { type Entry, touches, type Wish, withBases } from "../src/domain/change.ts";
import { applyOwn, isDropped } from "../src/domain/overlay.ts";
import { nextBatch, pushBody } from "../src/sync/batch.ts";
import { type Hello, judgeHello, type Own } from "../src/sync/hello.ts";
import { differing } from "../src/sync/receipt.ts";

const entry = (n: number, more: { group?: string; text?: string; gen?: number; outcome?: Entry["outcome"] } = {}) =>
  ({ gen: 1, n, hash: `hash ${n}`, text: '{"a":1}', wire: { group: more.group }, ...more }) as unknown as Entry;
const numbers = (entries: Entry[]) => entries.map((one) => one.n);

describe("an overlay is dropped", () => {
  const applied = (seq?: number) =>
    ({ outcome: "applied", heard_at_ms: 0, ...(seq !== undefined && { seq }) }) as Entry["outcome"];
  it.each([
    ["without an outcome", undefined, { gen: 1, acked: 9, seq: 99 }, false],
    ["before the feed has confirmed it", applied(5), { gen: 1, acked: 2, seq: 99 }, false],
    ["before the mirror has reached it", applied(5), { gen: 1, acked: 3, seq: 4 }, false],
    ["when both are so", applied(5), { gen: 1, acked: 3, seq: 5 }, true],
    ["when it wrote nothing", applied(), { gen: 1, acked: 3, seq: 0 }, true],
    ["when an earlier replica sent it", applied(5), { gen: 2, acked: 0, seq: 5 }, true],
  ])("%s", (_name, outcome, reached, dropped) => {
    expect(isDropped(entry(3, { outcome }), reached)).toBe(dropped);
  });
});

describe("a batch", () => {
  const waiting = [entry(1), entry(2, { group: "g" }), entry(3, { group: "g" }), entry(4, { group: "g" }), entry(5)];
  it("never splits a group, and always takes the first unit whole", () => {
    expect(numbers(nextBatch(waiting, 3, 1e6))).toEqual([1]);
    expect(numbers(nextBatch(waiting, 4, 1e6))).toEqual([1, 2, 3, 4]);
    expect(numbers(nextBatch(waiting.slice(1), 1, 1e6))).toEqual([2, 3, 4]);
    expect(numbers(nextBatch(waiting, 200, 1e6))).toEqual([1, 2, 3, 4, 5]);
  });
  it("stays under the bytes, but for a single large unit", () => {
    const large = [entry(1, { text: "x".repeat(100) }), entry(2, { text: "x".repeat(100) })];
    expect(numbers(nextBatch(large, 200, 500))).toEqual([1]);
    expect(numbers(nextBatch(large, 200, 10))).toEqual([1]);
  });
  it("sends the hashed text byte for byte, with number and hash in front", () => {
    expect(pushBody("e1", [entry(7)])).toBe('{"epoch":"e1","changes":[{"n":7,"hash":"hash 7","a":1}]}');
  });
  it("names its epoch by the first 12 digits", () => {
    expect(pushBody("0123456789abcdef", [])).toBe('{"epoch":"0123456789ab","changes":[]}');
  });
});

describe("a hello", () => {
  const own: Own = { epoch: "e", lastN: 5, answered: 4, hashAt: (n) => `hash ${n}`, olderWork: false, mustRegister: false };
  const hello: Hello = { epoch: "e", last_n: 4, last_hash: "hash 4", durable_seq: null, server_time_ms: 0 };
  it.each<[string, Partial<Own>, Partial<Hello>, unknown[]]>([
    ["that agrees asks for nothing", {}, {}, []],
    [
      "that knows more than was answered asks for nothing: the answers come with the next push",
      {},
      { last_n: 5, last_hash: "hash 5" },
      [],
    ],
    ["above the own counter", {}, { last_n: 6, last_hash: "x" }, [{ errand: "register" }]],
    ["with another hash", {}, { last_hash: "hash of a copy" }, [{ errand: "register" }]],
    ["with a hash whose change is gone here says nothing", { hashAt: () => undefined }, { last_hash: "x" }, []],
    ["below what was answered", {}, { last_n: 2, last_hash: "hash 2" }, [{ errand: "resume", from: 3 }]],
    ["of a new replica", { lastN: 0, answered: 0 }, { last_n: 0, last_hash: null }, []],
    ["of another epoch", {}, { epoch: "f", last_n: 2, last_hash: "hash 2" }, [{ errand: "rebuild", from: 3 }]],
    ["of another epoch and above", {}, { epoch: "f", last_n: 9 }, [{ errand: "rebuild", from: 10 }, { errand: "register" }]],
    [
      "of another epoch with older work",
      { olderWork: true },
      { epoch: "f" },
      [{ errand: "rebuild", from: 5 }, { errand: "register" }],
    ],
    ["to a phone with a hole in its numbers", { mustRegister: true }, {}, [{ errand: "register" }]],
  ])("%s", (_name, mine, theirs, todo) => {
    expect(judgeHello({ ...own, ...mine }, { ...hello, ...theirs })).toEqual(todo);
  });
});

describe("sums", () => {
  const sum = (count: number, digits: string) => ({ count, sum: digits.padStart(16, "0") });
  it("differ by count, by sum, or by a scope that only one side fills", () => {
    const ours = { a: sum(2, "1"), b: sum(1, "2"), c: sum(1, "3"), e: sum(0, "0") };
    const theirs = { a: sum(2, "1"), b: sum(1, "9"), d: sum(4, "4"), f: sum(0, "0") };
    expect(differing(ours, theirs).sort()).toEqual(["b", "c", "d"]);
  });
});

describe("bases and parts", () => {
  const wish = (action: Wish["action"], fields: Wish["fields"]): Wish => ({
    record: "r",
    kind: "visit",
    action,
    base: 0,
    fields,
  });
  it("one wish stays one where its parts agree, and becomes a group where not", () => {
    const bases: Record<string, number> = { "r/a": 1, "r/b": 2, "r/c": 1, "r/set/x": 3, "r/set/y": 1 };
    const split = (one: Wish) =>
      withBases(
        one,
        (part) => bases[part] ?? 7,
        () => "group",
      ).map(({ base, fields, group }) => [base, fields, group]);
    expect(split(wish("patch", { a: 1, c: 2 }))).toEqual([[1, { a: 1, c: 2 }, undefined]]);
    expect(split(wish("patch", { a: 1, b: 2, c: 3 }))).toEqual([
      [1, { a: 1, c: 3 }, "group"],
      [2, { b: 2 }, "group"],
    ]);
    expect(split(wish("add", { set: ["x", "y", "z"] }))).toEqual([
      [3, { set: ["x"] }, "group"],
      [1, { set: ["y"] }, "group"],
      [7, { set: ["z"] }, "group"],
    ]);
    expect(split(wish("command", { b: 1 }))).toEqual([[2, { b: 1 }, undefined]]);
  });
  it("names what a change writes", () => {
    expect(touches(wish("delete", {}))).toEqual(["r/deleted"]);
    expect(touches(wish("add", { companions: ["p1", { id: "x" }] }))).toEqual(["r/companions/p1", "r/companions/x"]);
    expect(touches(wish("settle", { value: 1 }), { record: "q", field: "f" })).toEqual(["r/value", "q/f"]);
  });
  it("lays an own change over the record it knows", () => {
    const sheet = { kind: "visit", fields: { companions: ["p1", { id: "x", text: "old" }], state: "planned" }, deleted: false };
    const lay = (action: Wish["action"], fields: Wish["fields"], command?: string) =>
      applyOwn(sheet, { ...wish(action, fields), command } as never)?.fields;
    expect(lay("add", { companions: [{ id: "x", text: "new" }, "p2"] })?.companions).toEqual([
      "p1",
      { id: "x", text: "new" },
      "p2",
    ]);
    expect(lay("remove", { companions: ["p1"] })?.companions).toEqual([{ id: "x", text: "old" }]);
    expect(lay("command", {}, "start")?.state).toBe("in_progress");
    expect(lay("command", {}, "move")?.state).toBe("planned");
    expect(applyOwn(undefined, wish("patch", { a: 1 }) as never)).toBeUndefined();
    expect(applyOwn(undefined, wish("create", { a: 1 }) as never)).toEqual({
      kind: "visit",
      fields: { a: 1, state: "in_progress" },
      deleted: false,
    });
  });
});
