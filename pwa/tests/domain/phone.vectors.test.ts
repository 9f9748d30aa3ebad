/** The phone's own rules, which the model check of tests/model mirrors in Python: both run tests/vectors/phone.json. */
import { describe, expect, it } from "vitest";
import vectors from "../../../tests/vectors/phone.json" with { type: "json" };
import { type Entry, type Wish, withBases } from "../../src/domain/change.ts";
import { forgettable } from "../../src/domain/keeping.ts";
import { isDropped } from "../../src/domain/overlay.ts";
import { Shelf } from "../../src/domain/shelf.ts";
import { hasAllFrom, judgeHello } from "../../src/sync/hello.ts";

interface Own extends Omit<Wish, "fields"> {
  gen: number;
  n: number;
  fields: Record<string, unknown>;
  outcome?: { outcome: string; seq?: number };
}

function entryOf(own: Own): Entry {
  const { gen, n, outcome, ...wish } = own;
  const name = `${gen}-${n}`;
  const wire = { ...wish, change: `c${name}`, schema_version: 1, captured_at_ms: 0, clock_offset_ms: 0 };
  const heard = outcome && ({ ...outcome, heard_at_ms: 0 } as Entry["outcome"]);
  return { gen, n, hash: `h${name}`, text: "", wire, ...(heard ? { outcome: heard } : {}) };
}

describe("the base of a wish", () => {
  it.each(vectors.bases)("$name", ({ rows, own, reached, opened, wish, expect: expected }) => {
    const shelf = new Shelf();
    for (const row of rows)
      shelf.putRow({ ...row, scope: "field:v", created_by: "", created_at_ms: 0, updated_by: "", updated_at_ms: 0 });
    shelf.setEntries((own as Own[]).map(entryOf));
    shelf.reached = { gen: 0, ...reached };
    const parts = withBases(
      { base: 0, ...wish } as Wish,
      (part) => shelf.baseOf(part, opened),
      () => "group",
    );
    expect(parts.map(({ base, fields }) => ({ base, fields }))).toEqual(expected);
    expect(parts.every((part) => (part.group !== undefined) === parts.length > 1)).toBe(true);
  });
});

describe("the first word with the server", () => {
  it.each(vectors.hellos)("$name", ({ phone, epoch, last_n, last_hash, expect: expected }) => {
    const entries = (phone.own as Own[]).map(entryOf);
    const mine = entries.filter((entry) => entry.gen === phone.gen);
    const own = {
      epoch: phone.epoch,
      lastN: phone.n,
      answered: mine.reduce((most, entry) => (entry.outcome ? Math.max(most, entry.n) : most), 0),
      hashAt: (n: number) => mine.find((entry) => entry.n === n)?.hash,
      olderWork: mine.length < entries.length,
      mustRegister: phone.must_register !== null,
    };
    expect(judgeHello(own, { epoch, last_n, last_hash, durable_seq: null, server_time_ms: 0 })).toEqual(expected);
  });
});

describe("sending again from a number on", () => {
  it.each(vectors.resumes)("$name", ({ from, kept, last_n, expect: expected }) => {
    expect(hasAllFrom(from, kept, last_n)).toBe(expected);
  });
});

describe("what a phone keeps", () => {
  it.each(vectors.keeps)("$name", ({ own, durable, expect: expected }) => {
    const entries = (own as Own[]).map(entryOf);
    const reached = { gen: 1, acked: 9, seq: 9 };
    const isOver = (entry: Entry): boolean => isDropped(entry, reached) && entry.outcome?.outcome !== "quarantined";
    const gone = forgettable(entries, durable, isOver, (entry) => [entry.wire.record]);
    expect(entries.filter((entry) => !gone.has(entry)).map((entry) => entry.wire.change)).toEqual(expected);
  });
});
