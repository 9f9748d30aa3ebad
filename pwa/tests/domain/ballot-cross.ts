/** Our evaluator against the one of @cloudflare/blindrsa-ts; from the command line: `npx tsx tests/domain/ballot-cross.ts RUNS`. */
import { webcrypto } from "node:crypto";
import { pathToFileURL } from "node:url";
import { RSABSSA } from "@cloudflare/blindrsa-ts";
import { blind, factorBelow, finalize, isSigned, SALT_BYTES } from "../../src/domain/ballot/blind.ts";
import { type Bytes, equal, fromBase64, fromNumber, joined, toNumber } from "../../src/domain/ballot/bytes.ts";
import { MESSAGE_BYTES } from "../../src/domain/ballot/slip.ts";

const subtle = webcrypto.subtle as SubtleCrypto;
const random = (size: number): Bytes => webcrypto.getRandomValues(new Uint8Array(size));
const theirs = RSABSSA.SHA384.PSS.Randomized();
const KEYS = 8;
const THEIR_SIGNER_EVERY = 50;

/** So many runs, each both ways; throws on the first difference. Their signer is slow and takes its turn now and then. */
export async function crossRuns(runs: number): Promise<number> {
  const keys = await Promise.all(Array.from({ length: Math.min(KEYS, Math.ceil(runs / 6)) }, newKey));
  for (let run = 0; run < runs; run++) {
    const key = keys[run % keys.length];
    if (key === undefined) throw new Error("no key");
    const sign = run % THEIR_SIGNER_EVERY === 0 ? key.theirSign : key.sign;
    await oursFirst(key, sign);
    await theirsFirst(key, sign);
  }
  return runs;
}

type Sign = (blinded: Bytes) => Promise<Bytes>;
interface Key {
  pair: CryptoKeyPair;
  n: Bytes;
  sign: Sign;
  theirSign: Sign;
}

async function oursFirst({ pair, n }: Key, sign: Sign): Promise<void> {
  const message = joined(random(32), random(MESSAGE_BYTES - 32));
  const hidden = await blind(subtle, n, message, random(SALT_BYTES), factorBelow(n, random));
  const answer = await sign(hidden.blinded);
  const signature = await finalize(subtle, n, message, hidden.inverse, answer);
  same(signature, await theirs.finalize(pair.publicKey, message, answer, hidden.inverse));
  if (!(await theirs.verify(pair.publicKey, signature, message))) throw new Error("theirs does not believe our signature");
}

async function theirsFirst({ pair, n }: Key, sign: Sign): Promise<void> {
  const message = Uint8Array.from(theirs.prepare(random(MESSAGE_BYTES - 32)));
  const { blindedMsg, inv } = await theirs.blind(pair.publicKey, message);
  const answer = await sign(Uint8Array.from(blindedMsg));
  const signature = await theirs.finalize(pair.publicKey, message, answer, inv);
  same(signature, await finalize(subtle, n, message, Uint8Array.from(inv), answer));
  if (!(await isSigned(subtle, n, message, Uint8Array.from(signature)))) throw new Error("ours does not believe their signature");
}

async function newKey(): Promise<Key> {
  const pair = await theirs.generateKey({ modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) });
  const jwk = await subtle.exportKey("jwk", pair.privateKey);
  const [n = 0n, p = 0n, q = 0n, dp = 0n, dq = 0n, qi = 0n] = [jwk.n, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi].map(number);
  const sign: Sign = async (blinded) => {
    const [byP, byQ] = [power(toNumber(blinded), dp, p), power(toNumber(blinded), dq, q)];
    return fromNumber(byQ + q * ((((byP - byQ) * qi) % p + p) % p), 256);
  };
  return { pair, n: fromNumber(n, 256), sign, theirSign: async (blinded) => Uint8Array.from(await theirs.blindSign(pair.privateKey, blinded)) };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (const bit of exponent.toString(2).split("").reverse()) {
    if (bit === "1") result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const number = (text = ""): bigint => toNumber(fromBase64(text.replaceAll("-", "+").replaceAll("_", "/")));

function same(one: Uint8Array, other: Uint8Array): void {
  if (!equal(one, other)) throw new Error("two signatures of one message differ");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(`${await crossRuns(Number(process.argv[2] ?? 200))} runs, both ways, no difference`);
}
