/** The evaluator's side of RFC 9474: a message hidden from its signer, and the signature with the hiding taken off. */

import { type Bytes, fromNumber, joined, toBase64, toNumber } from "./bytes.ts";

const E = 65537;
const HASH_BYTES = 48;
export const SALT_BYTES = 48;

export interface Blinded {
  blinded: Bytes;
  inverse: Bytes;
}

/**
 * The message under the blinding of `factor`. Shape: `n` the signer's modulus; `inverse` is kept until the answer is here.
 * Source: RFC 9474 4.2; vectors in tests/vectors/blind-rsa.json
 */
export async function blind(subtle: SubtleCrypto, n: Bytes, message: Bytes, salt: Bytes, factor: bigint): Promise<Blinded> {
  const modulus = toNumber(n);
  const encoded = toNumber(await pssEncoded(subtle, message, modulus.toString(2).length - 1, salt));
  // one inversion for both: message and factor have each an inverse if their product has one
  const inverse = (inverted((encoded * factor) % modulus, modulus) * encoded) % modulus;
  return {
    blinded: fromNumber((encoded * raised(factor, modulus)) % modulus, n.length),
    inverse: fromNumber(inverse, n.length),
  };
}

/** The signature over the message. Throws a RangeError where the answer is none: nothing is posted then. */
export async function finalize(
  subtle: SubtleCrypto,
  n: Bytes,
  message: Bytes,
  inverse: Bytes,
  answer: Bytes,
  saltBytes = SALT_BYTES,
): Promise<Bytes> {
  if (answer.length !== n.length) throw new RangeError("the answer has not the size of the modulus");
  const modulus = toNumber(n);
  const signature = fromNumber((toNumber(answer) * toNumber(inverse)) % modulus, n.length);
  if (!(await isSigned(subtle, n, message, signature, saltBytes))) throw new RangeError("the answer is no signature of this key");
  return signature;
}

/** Stock RSASSA-PSS, SHA-384 and MGF1-SHA-384. */
export async function isSigned(subtle: SubtleCrypto, n: Bytes, message: Bytes, signature: Bytes, saltBytes = SALT_BYTES): Promise<boolean> {
  const jwk = { kty: "RSA", n: url(n), e: "AQAB" };
  const key = await subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-384" }, false, ["verify"]);
  return subtle.verify({ name: "RSA-PSS", saltLength: saltBytes }, key, signature, message);
}

/** A number from 1 to n - 1, each as likely as any other. Shape: `random` gives so many random bytes. */
export function factorBelow(n: Bytes, random: (size: number) => Bytes): bigint {
  const modulus = toNumber(n);
  for (;;) {
    const factor = toNumber(random(n.length));
    if (factor > 0n && factor < modulus) return factor;
  }
}

/** EMSA-PSS-ENCODE (RFC 8017 9.1.1). */
export async function pssEncoded(subtle: SubtleCrypto, message: Bytes, bits: number, salt: Bytes): Promise<Bytes> {
  const size = Math.ceil(bits / 8);
  const digest = await sha384(subtle, joined(new Uint8Array(8), await sha384(subtle, message), salt));
  const block = joined(new Uint8Array(size - salt.length - HASH_BYTES - 2), Uint8Array.of(1), salt);
  const mask = await masked(subtle, digest, block.length);
  const hidden = block.map((byte, at) => byte ^ (mask[at] ?? 0));
  hidden[0] = (hidden[0] ?? 0) & (0xff >> (8 * size - bits));
  return joined(hidden, digest, Uint8Array.of(0xbc));
}

async function masked(subtle: SubtleCrypto, seed: Bytes, size: number): Promise<Bytes> {
  const blocks: Bytes[] = [];
  for (let at = 0; at * HASH_BYTES < size; at++) blocks.push(await sha384(subtle, joined(seed, Uint8Array.of(0, 0, 0, at))));
  return joined(...blocks).slice(0, size);
}

const sha384 = async (subtle: SubtleCrypto, bytes: Bytes): Promise<Bytes> => new Uint8Array(await subtle.digest("SHA-384", bytes));

const url = (bytes: Bytes): string => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** base^65537: sixteen squares and one product. */
function raised(base: bigint, modulus: bigint): bigint {
  let power = base;
  for (let bit = 1; bit < E - 1; bit *= 2) power = (power * power) % modulus;
  return (power * base) % modulus;
}

function inverted(value: bigint, modulus: bigint): bigint {
  let [rest, next, have, add] = [modulus, value % modulus, 0n, 1n];
  while (next !== 0n) {
    const times = rest / next;
    [rest, next, have, add] = [next, rest - times * next, add, have - times * add];
  }
  if (rest !== 1n) throw new RangeError("the message or the factor shares a factor with the modulus");
  return have < 0n ? have + modulus : have;
}
