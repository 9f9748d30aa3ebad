/** Two visits that may be one: the same pairs as on the server (tests/night/test_duplicates.py). */
import { expect, test } from "vitest";
import vectors from "../../../tests/vectors/duplicates.json" with { type: "json" };
import { type Doubled, mayBeOne } from "../../src/domain/duplicates.ts";
import { dayOf } from "../../src/parts/times.ts";

const visits: Doubled[] = vectors.visits.map(({ id, ...rest }) => ({ id, fields: rest, deleted: "deleted" in rest }));

test("the vectors that the server runs too", () => {
  const found = visits.flatMap((one, at) => visits.slice(at + 1).filter((other) => mayBeOne(one, other, (ms) => dayOf(ms, vectors.zone))).map((other) => [one.id, other.id]));
  expect(found).toEqual(vectors.pairs);
});

test("it does not matter which of the two is asked", () => {
  for (const one of visits) for (const other of visits) expect(mayBeOne(one, other, (ms) => dayOf(ms, vectors.zone))).toBe(mayBeOne(other, one, (ms) => dayOf(ms, vectors.zone)));
});
