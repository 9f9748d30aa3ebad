/** A printed key: every slip of the pen is found, and its line is named. */
import { expect, it } from "vitest";
import fc from "fast-check";
import { copyText, readCopy } from "../../src/domain/ballot/sealedcopy.ts";

const { subtle } = crypto;
const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const bytes = (size: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> => fc.uint8Array({ minLength: size, maxLength: size }) as fc.Arbitrary<Uint8Array<ArrayBuffer>>;
const keys = fc.record({ salt: bytes(16), iv: bytes(12), ct: bytes(48) });

it("is nine lines of four groups of four, and reads back to the same bytes", async () => {
  await fc.assert(
    fc.asyncProperty(keys, async (key) => {
      const text = await copyText(subtle, key);
      expect(text).toMatch(/^(([0-9A-HJKMNP-TV-Z]{4} ){3}[0-9A-HJKMNP-TV-Z]{4}\n?){9}$/);
      expect(await readCopy(subtle, text)).toEqual({ copy: key });
    }),
  );
});

it("one wrong letter is told with its line", async () => {
  await fc.assert(
    fc.asyncProperty(keys, fc.nat(143), fc.integer({ min: 1, max: 31 }), async (key, at, shift) => {
      const letters = [...(await copyText(subtle, key)).replace(/\s/g, "")];
      letters[at] = LETTERS[(LETTERS.indexOf(letters[at] ?? "") + shift) % 32] ?? "";
      expect(await readCopy(subtle, letters.join(""))).toEqual({ line: Math.floor(at / 16) + 1 });
    }),
  );
});

it("lines in each other's place, a line too few and one too many are found", async () => {
  const key = { salt: new Uint8Array(16).fill(7), iv: new Uint8Array(12).fill(8), ct: new Uint8Array(48).fill(9) };
  const lines = (await copyText(subtle, key)).split("\n");
  const swapped = [lines[1], lines[0], ...lines.slice(2)].join("\n");
  expect(await readCopy(subtle, swapped)).toEqual({ line: 1 });
  expect(await readCopy(subtle, lines.slice(0, 8).join("\n"))).toEqual({ line: 9 });
  expect(await readCopy(subtle, [...lines, lines[8]].join("\n"))).toEqual({ line: 0 });
  expect(await readCopy(subtle, "")).toEqual({ line: 1 });
});
