/** The rules that phone and server share, held to the vectors that pytest runs too (tests/unit/test_vectors.py). */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import canonicalVectors from "../../../tests/vectors/canonical.json" with { type: "json" };
import mergeVectors from "../../../tests/vectors/merge.json" with { type: "json" };
import sumVectors from "../../../tests/vectors/sums.json" with { type: "json" };
import withdrawalVectors from "../../../tests/vectors/withdrawal.json" with { type: "json" };
import type { WireChange } from "../../src/domain/change.ts";
import { canonical } from "../../src/domain/canonical.ts";
import { type Edit, type FieldClass, merge, type Remembered } from "../../src/domain/merge.ts";
import { mix64, scopeSum } from "../../src/domain/sums.ts";
import { emptied } from "../../src/domain/withdrawal.ts";

describe("a withdrawal", () => {
  it.each(withdrawalVectors.changes)("empties a change: $name", ({ sent, left }) => {
    expect(emptied(sent as unknown as WireChange)).toEqual(left);
  });
});

describe("canonical texts", () => {
  it.each(canonicalVectors.values)("writes $canonical", ({ text, canonical: expected, hash }) => {
    const written = canonical(JSON.parse(text));
    expect(written).toBe(expected);
    expect(createHash("sha256").update(written).digest("hex").slice(0, 24)).toBe(hash);
  });

  it.each(canonicalVectors.refused)("refuses %s", (text) => {
    expect(() => canonical(JSON.parse(text))).toThrow(RangeError);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol("s")])("refuses what is no JSON", (value) => {
    expect(() => canonical(value)).toThrow(RangeError);
  });

  it("leaves undefined members out", () => {
    expect(canonical({ b: undefined, a: 1 })).toBe('{"a":1}');
  });
});

describe("sums", () => {
  it.each(sumVectors.mixes)("mixes $record at $seq", ({ record, seq, deleted, mix }) => {
    expect(mix64(record, seq, deleted).toString(16).padStart(16, "0")).toBe(mix);
  });

  it.each(sumVectors.sums)("sums $expect.count rows", ({ rows, expect: expected }) => {
    expect(scopeSum(rows as unknown as [string, number][])).toEqual(expected);
  });
});

describe("merge", () => {
  const classes = mergeVectors.classes as Record<string, FieldClass>;
  const classOf = (name: string): FieldClass | undefined => classes[name.split(".")[0] as string];

  it.each(mergeVectors.cases)("$name", ({ record, edit, expect: expected }) => {
    const before = structuredClone(record);
    expect(merge(classOf, record as unknown as Remembered, edit as unknown as Edit)).toEqual(expected);
    expect(record).toEqual(before);
  });
});
