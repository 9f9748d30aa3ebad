/** Bytes, numbers and their texts, as docs/ballot.md writes them. */

export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes;
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = (hex: string): Bytes => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
export const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));

export function joined(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes) || "0"}`);

/** Big-endian, in exactly so many bytes. Throws a RangeError where it does not fit. */
export function fromNumber(value: bigint, size: number): Bytes {
  const hex = value.toString(16).padStart(size * 2, "0");
  if (value < 0n || hex.length > size * 2) throw new RangeError(`no number of ${size} bytes`);
  return fromHex(hex);
}

export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
