/**
 * The wrapped tally key on paper: nine lines of four groups, each line with a check of its own, so that a slip of the pen is
 * found where it is. Pure.
 *
 * Shape: 81 bytes = 1 (form) ‖ salt (16) ‖ iv (12) ‖ wrapped scalar with its tag (48) ‖ first 4 of SHA-256 over all before;
 * a line is 9 of them and a check byte, in base32 (0123456789ABCDEFGHJKMNPQRSTVWXYZ).
 */
import { type Bytes, equal, joined } from "./bytes.ts";
import { sha256 } from "./fingerprint.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const FORM = 1;
const [SALT_BYTES, IV_BYTES, BOX_BYTES, SUM_BYTES] = [16, 12, 48, 4];
const LINE_BYTES = 9;
const LINE_LETTERS = 16;
const LINES = 9;

export interface WrappedKey {
  salt: Bytes;
  iv: Bytes;
  ct: Bytes;
}

/** Shape: a copy, or the number of the line (from 1) that is wrong; 0 where no line can be named. */
export type CopyRead = { copy: WrappedKey } | { line: number };

export async function copyText(subtle: SubtleCrypto, { salt, iv, ct }: WrappedKey): Promise<string> {
  const body = joined(Uint8Array.of(FORM), salt, iv, ct);
  const bytes = joined(body, (await sha256(subtle, body)).slice(0, SUM_BYTES));
  return Array.from({ length: LINES }, (_, at) => line(bytes.slice(at * LINE_BYTES, (at + 1) * LINE_BYTES), at)).join("\n");
}

/** Case, spaces, line breaks and dashes do not matter; O reads as 0, I and L as 1. */
export async function readCopy(subtle: SubtleCrypto, typed: string): Promise<CopyRead> {
  const letters = typed.normalize("NFKC").toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  const parts: Bytes[] = [];
  for (let at = 0; at < LINES; at += 1) {
    const part = bytesOf(letters.slice(at * LINE_LETTERS, (at + 1) * LINE_LETTERS));
    if (!part || part[LINE_BYTES] !== check(part.slice(0, LINE_BYTES), at)) return { line: at + 1 };
    parts.push(part.slice(0, LINE_BYTES));
  }
  if (letters.length !== LINES * LINE_LETTERS) return { line: 0 };
  const bytes = joined(...parts);
  const body = bytes.slice(0, -SUM_BYTES);
  if (bytes[0] !== FORM || !equal(bytes.slice(-SUM_BYTES), (await sha256(subtle, body)).slice(0, SUM_BYTES))) return { line: 0 };
  const cut = (from: number, size: number): Bytes => body.slice(from, from + size);
  return { copy: { salt: cut(1, SALT_BYTES), iv: cut(1 + SALT_BYTES, IV_BYTES), ct: cut(1 + SALT_BYTES + IV_BYTES, BOX_BYTES) } };
}

function line(bytes: Bytes, at: number): string {
  const all = joined(bytes, Uint8Array.of(check(bytes, at)));
  const bits = Array.from(all, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = Array.from(bits.match(/.{5}/g) ?? [], (five) => ALPHABET[Number.parseInt(five, 2)]).join("");
  return (letters.match(/.{4}/g) ?? []).join(" ");
}

/** A polynomial check (CRC-8, 0x07) that also knows its line: one wrong letter and two lines in each other's place are always found. */
function check(bytes: Bytes, at: number): number {
  let sum = at + 1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80 ? ((sum << 1) ^ 0x07) & 0xff : sum << 1;
  }
  return sum;
}

function bytesOf(letters: string): Bytes | undefined {
  const numbers = [...letters].map((letter) => ALPHABET.indexOf(letter));
  if (numbers.length !== LINE_LETTERS || numbers.includes(-1)) return undefined;
  const bits = numbers.map((number) => number.toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2)) as Bytes;
}
