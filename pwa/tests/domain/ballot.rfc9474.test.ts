/** RFC 9474, appendix A, all four variants, and a slice of the runs against @cloudflare/blindrsa-ts. */
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blind, factorBelow, finalize, isSigned, pssEncoded } from "../../src/domain/ballot/blind.ts";
import { fromHex, fromNumber, joined, toHex, toNumber } from "../../src/domain/ballot/bytes.ts";
import { crossRuns } from "./ballot-cross.ts";

const rfc = JSON.parse(readFileSync(new URL("../../../tests/vectors/blind-rsa.json", import.meta.url), "utf8"));
const subtle = webcrypto.subtle as SubtleCrypto;
const n = fromHex(rfc.key.n);

describe.each(rfc.variants as Record<string, string>[])("$name", (vector) => {
  const of = (name: string) => fromHex(vector[name] ?? "");
  const message = joined(of("msg_prefix"), of("msg"));
  const salt = of("salt");

  it("takes every step of the RFC", async () => {
    expect(toHex(message)).toBe(vector.prepared_msg);
    expect(toHex(await pssEncoded(subtle, message, 4095, salt))).toBe(vector.encoded_msg);
    const hidden = await blind(subtle, n, message, salt, inverse(toNumber(of("inv")), toNumber(n)));
    expect(toHex(hidden.inverse)).toBe(vector.inv);
    expect(toHex(hidden.blinded)).toBe(vector.blinded_msg);
    expect(toHex(await finalize(subtle, n, message, hidden.inverse, of("blind_sig"), salt.length))).toBe(vector.sig);
  });

  it("posts nothing under a wrong answer", async () => {
    const wrong = of("blind_sig");
    wrong[9] = (wrong[9] ?? 0) ^ 1;
    await expect(finalize(subtle, n, message, of("inv"), wrong, salt.length)).rejects.toThrow(RangeError);
    await expect(finalize(subtle, n, message, of("inv"), wrong.slice(1), salt.length)).rejects.toThrow(RangeError);
    expect(await isSigned(subtle, n, joined(message, message), of("sig"), salt.length)).toBe(false);
  });
});

it("draws a factor again until it lies below the modulus", () => {
  const modulus = fromNumber(15n, 1);
  const draws = [0, 15, 200, 7];
  expect(factorBelow(modulus, () => Uint8Array.of(draws.shift() ?? 0))).toBe(7n);
  expect(draws).toEqual([]);
});

it("blinds nothing that could not be unblinded: a factor that shares one with the modulus", async () => {
  const prime = 2n ** 521n - 1n;
  const n = fromNumber(prime * prime, 131);
  const hidden = blind(subtle, n, Uint8Array.of(1), new Uint8Array(48), prime);
  await expect(hidden).rejects.toThrow(RangeError);
});

it("agrees with @cloudflare/blindrsa-ts, both ways", async () => {
  expect(await crossRuns(12)).toBe(12);
});

function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next, have, add] = [modulus, value, 0n, 1n];
  while (next !== 0n) [rest, next, have, add] = [next, rest % next, add, have - (rest / next) * add];
  return ((have % modulus) + modulus) % modulus;
}
