/** The board on a reader's own machine: what each slip opened to, and whether it is the board that was read aloud. */
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Board, reckoned } from "../../src/screens/count/board.ts";

const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/ballot.json", import.meta.url), "utf8"));
const slips = vectors.slips as { slip: string; tracker: string; outcome: string }[];
const told: Board = { board: vectors.board, late: [], head: vectors.head, words: "" };
const manifest = JSON.stringify(vectors.manifest);
const subtle = webcrypto.subtle as SubtleCrypto;

test("every slip has its tracker and what it opened to, and the head is the one that was told", async () => {
  const { lines, whole } = await reckoned(subtle, manifest, told);
  expect(whole).toBe(true);
  const expected = vectors.board.map((entry: { slip: string }) => slips.find((one) => one.slip === entry.slip));
  expect(lines.map((line) => [line.tracker, line.outcome])).toEqual(expected.map((one: { tracker: string; outcome: string }) => [one.tracker, one.outcome]));
});

test("a board with a slip less, or another key, is not the one that was told", async () => {
  expect((await reckoned(subtle, manifest, { ...told, board: told.board.slice(1) })).whole).toBe(false);
  const [first, second] = told.board;
  if (!first || !second) throw new Error("the vectors are empty");
  const swapped = [{ ...first, key: second.key }, ...told.board.slice(1)];
  const found = await reckoned(subtle, manifest, { ...told, board: swapped });
  expect([found.whole, found.lines[0]?.outcome]).toEqual([false, "invalid"]);
});
