/** The bytes of docs/ballot.md on the phone, held to the vectors that tests/ballot/test_vectors.py runs for the server. */
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Bytes, fromBase64, fromHex, joined, toBase64, toHex, toNumber } from "../../src/domain/ballot/bytes.ts";
import { blind } from "../../src/domain/ballot/blind.ts";
import { fourWords, manifestHash } from "../../src/domain/ballot/fingerprint.ts";
import type { Cell, Choice, Manifest } from "../../src/domain/ballot/manifest.ts";
import { type BoardEntry, found, headOf, type Own } from "../../src/domain/ballot/mine.ts";
import { label, plain, prepared, SLIP_BYTES, seal, slipHash, slipOf, tracker } from "../../src/domain/ballot/slip.ts";

interface Row extends Record<string, unknown> {
  subject: string;
  group: string;
  choice: Choice | "invalid";
  content: string;
  ephemeral: { d: string; x: string; y: string };
}
const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/ballot.json", import.meta.url), "utf8"));
const manifest: Manifest = vectors.manifest;
const board: BoardEntry[] = vectors.board;
const rows: Row[] = vectors.slips;
const subtle = webcrypto.subtle as SubtleCrypto;
const hex = (row: Row, name: string): Bytes => fromHex(String(row[name]));
const b64 = (row: Row, name: string): Bytes => fromBase64(String(row[name]));
const cellOf = (row: { subject: string; group: string }): Cell =>
  manifest.cells.find((cell) => cell.subject === row.subject && cell.group === row.group) as Cell;

it("names the manifest", async () => {
  expect(toHex(await manifestHash(subtle, manifest))).toBe(vectors.manifest_hash);
});

it.each(vectors.fingerprints as { digest: string; words: string }[])("says $words", async ({ digest, words }) => {
  expect(await fourWords(subtle, fromHex(digest))).toBe(words);
});

describe.each(rows)("slip $tracker", (row) => {
  it("is sealed, blinded, finalized and named", async () => {
    const bound = label(await manifestHash(subtle, manifest), manifest.round, row);
    expect(new TextDecoder().decode(bound)).toBe(row.label);
    const sealed = await seal(withPair(row.ephemeral), fromBase64(manifest.tally_key), bound, hex(row, "content"));
    expect(toBase64(sealed)).toBe(row.sealed);
    const message = joined(hex(row, "prefix"), sealed);
    const factor = toNumber(hex(row, "factor"));
    const hidden = await blind(subtle, fromBase64(cellOf(row).n), message, hex(row, "salt"), factor);
    expect([toBase64(hidden.blinded), toBase64(hidden.inverse)]).toEqual([row.blinded, row.inverse]);
    const kept = { subject: row.subject, group: row.group, choice: "good" as const, message, ...hidden };
    const slip = await slipOf(subtle, cellOf(row), kept, b64(row, "answer"));
    expect(toBase64(slip)).toBe(row.slip);
    expect([toHex(await slipHash(subtle, slip)), await tracker(subtle, slip)]).toEqual([row.hash, row.tracker]);
    if (row.choice !== "invalid") expect(toHex(plain(row.choice))).toBe(row.content);
  });
});

it("prepares a row from chance alone, and never the same twice", async () => {
  const random = (size: number): Bytes => webcrypto.getRandomValues(new Uint8Array(size));
  const cell = manifest.cells[0] as Cell;
  const [one, two] = [await prepared({ subtle, random }, manifest, cell, "good"), await prepared({ subtle, random }, manifest, cell, "good")];
  expect(one.message.length + 256).toBe(SLIP_BYTES);
  expect([one.message, one.blinded, one.inverse].map(toHex)).not.toEqual([two.message, two.blinded, two.inverse].map(toHex));
  await expect(slipOf(subtle, cell, one, two.blinded)).rejects.toThrow(RangeError);
});

describe("a phone looks for its own slips", () => {
  const legal = rows.filter((row) => row.choice !== "invalid");
  const own: Own[] = legal.map((row) => ({ subject: row.subject, group: row.group, choice: row.choice as Choice, slip: b64(row, "slip") }));
  const what = (lines: BoardEntry[], late: { hash: string }[] = [], whose = own) => found(subtle, manifest, lines, late, whose);
  const all = own.map(() => "counted");
  const at = board.findIndex((line) => line.slip === toBase64((own[0] as Own).slip));
  const line = board[at] as BoardEntry;

  it("L13 counts them as they were given, under the head that was read aloud", async () => {
    expect(await what(board)).toEqual(all);
    expect(await headOf(subtle, manifest, board)).toBe(vectors.head);
  });
  it("finds one that was dropped, whatever head the operator made for the rest", async () => {
    const rest = board.filter((other) => other !== line);
    expect(await what(rest)).toEqual(["missing", ...all.slice(1)]);
    expect(await headOf(subtle, manifest, rest)).not.toBe(vectors.head);
  });
  it("finds one that was called late", async () => {
    const hash = toHex(await slipHash(subtle, (own[0] as Own).slip));
    expect((await what(board.filter((other) => other !== line), [{ hash }]))[0]).toBe("late");
  });
  it("finds one that was made invalid by a wrong key", async () => {
    const changed = board.map((other) => (other === line ? { ...line, key: "00".repeat(32) } : other));
    expect((await what(changed))[0]).toBe("altered");
    expect(await headOf(subtle, manifest, changed)).not.toBe(vectors.head);
  });
  it("finds one that stands under another subject, or for another grade", async () => {
    const moved = board.map((other) => (other === line ? { ...line, subject: String(manifest.subjects[1]?.id) } : other));
    expect((await what(moved))[0]).toBe("altered");
    expect(await what(board, [], [{ ...(own[0] as Own), choice: "poor" }])).toEqual(["altered"]);
  });
  it("finds a forged one by its head", async () => {
    const forged = { ...line, slip: toBase64(fromBase64(line.slip).map((byte, i) => (i === 3 ? byte ^ 1 : byte))) };
    expect(await headOf(subtle, manifest, [...board, forged])).not.toBe(vectors.head);
    expect(await headOf(subtle, manifest, board.map((other) => (other === line ? forged : other)))).not.toBe(vectors.head);
  });
});

/** The same crypto with an ephemeral key that is known. */
function withPair({ d, x, y }: Row["ephemeral"]): SubtleCrypto {
  const url = (text: string): string => toBase64(fromHex(text)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const shape = { kty: "EC", crv: "P-256", x: url(x), y: url(y), ext: true };
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const generateKey = async () => ({
    privateKey: await subtle.importKey("jwk", { ...shape, d: url(d) }, curve, true, ["deriveBits"]),
    publicKey: await subtle.importKey("jwk", shape, curve, true, []),
  });
  return new Proxy(subtle, {
    get: (whole, name) => (name === "generateKey" ? generateKey : (Reflect.get(whole, name) as () => unknown).bind(whole)),
  });
}
