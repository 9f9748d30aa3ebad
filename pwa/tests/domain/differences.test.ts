/** What is marked as different is exactly what differs; nothing of a text is left out by the marking. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Piece, folded, isLong, piecesOf } from "../../src/domain/differences.ts";

const text = (pieces: Piece[] | undefined): string => (pieces ?? []).map((piece) => piece.text).join("");
const same = (pieces: Piece[] | undefined): string => text((pieces ?? []).filter((piece) => !piece.differs));
const different = (pieces: Piece[] | undefined): string[] => (pieces ?? []).filter((piece) => piece.differs).map((piece) => piece.text);

test("one character of a Chinese sentence is marked in both versions", () => {
  const [head, other] = piecesOf(["支委会一年开了三次", "支委会一年开了两次"]);
  expect(different(head)).toEqual(["三"]);
  expect(different(other)).toEqual(["两"]);
});

test("with three versions the first marks what any other lacks", () => {
  const [head, second, third] = piecesOf(["修渠三公里", "修渠五公里", "修路三公里"]);
  expect(different(head)).toEqual(["渠三"]);
  expect(different(second)).toEqual(["五"]);
  expect(different(third)).toEqual(["路"]);
});

test("of a long text what differs stays whole, with a few signs beside it", () => {
  const alike = "支委会会议记录齐全。".repeat(30);
  const [head, other] = [`${alike}开了三次，${alike}`, `${alike}开了两次，都有签到，${alike}`];
  expect(isLong([head, "短"])).toBe(true);
  expect(isLong(["短", "也短"])).toBe(false);
  const pieces = piecesOf([head, other]);
  const short = pieces.map(folded);
  for (const at of [0, 1]) {
    expect(different(short[at])).toEqual(different(pieces[at]));
    expect([...text(short[at] ?? [])].length).toBeLessThan(80);
  }
  expect(text(short[0] ?? [])).toContain("开了三次");
});

test("a text that differs nowhere is one line of dots, and a short one stays", () => {
  expect(text(folded([{ text: "同".repeat(300), differs: false }]))).toBe("……");
  expect(text(folded([{ text: "同", differs: false }]))).toBe("同");
});

test("rare characters outside the first plane stay whole", () => {
  expect(different(piecesOf(["村民𠮷某", "村民𡈽某"])[1])).toEqual(["𡈽"]);
});

test("texts with nothing in common are marked whole, and quickly", () => {
  const [one, other] = ["甲".repeat(4000), "乙".repeat(4000)];
  expect(different(piecesOf([one, other])[0])).toEqual([one]);
});

test("every version can be read in full, and the unmarked parts of two versions are the same", () => {
  const signs = fc.string({ unit: fc.constantFrom("甲", "乙", "丙", "𠮷", "\n"), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(signs, { minLength: 2, maxLength: 4 }), (versions) => {
      const pieces = piecesOf(versions);
      expect(pieces.map(text)).toEqual(versions);
      if (versions.length === 2) expect(same(pieces[0])).toBe(same(pieces[1]));
    }),
  );
});
