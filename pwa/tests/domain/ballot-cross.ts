/** Our evaluator against the one of @cloudflare/blindrsa-ts; from the command line: `npx tsx tests/domain/ballot-cross.ts RUNS`. */
import { constants, createPrivateKey, privateDecrypt, webcrypto } from "node:crypto";
import { pathToFileURL } from "node:url";
import { RSABSSA } from "@cloudflare/blindrsa-ts";
import { blind, factorBelow, finalize, isSigned, SALT_BYTES } from "../../src/domain/ballot/blind.ts";
import { type Bytes, equal, joined } from "../../src/domain/ballot/bytes.ts";
import { MESSAGE_BYTES } from "../../src/domain/ballot/slip.ts";

const subtle = webcrypto.subtle as SubtleCrypto;
const random = (size: number): Bytes => webcrypto.getRandomValues(new Uint8Array(size));
const theirs = RSABSSA.SHA384.PSS.Randomized();
const KEYS = 8;
const THEIR_BLINDING_EVERY = 5;
const THEIR_SIGNER_EVERY = 50;

/**
 * So many runs; throws on the first difference. Every run is blinded and finalized by ours and finalized and verified by theirs;
 * their blinding and their signer are slow and take their turns, beside OpenSSL's bare RSA.
 */
export async function crossRuns(runs: number): Promise<number> {
  const keys = await Promise.all(Array.from({ length: Math.min(KEYS, Math.ceil(runs / 6)) }, newKey));
  for (let run = 0; run < runs; run++) {
    const key = keys[run % keys.length];
    if (key === undefined) throw new Error("no key");
    const sign = run % THEIR_SIGNER_EVERY === 0 ? key.theirSign : key.sign;
    await oursFirst(key, sign);
    if (run % THEIR_BLINDING_EVERY === 0) await theirsFirst(key, sign);
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
  const key = createPrivateKey({ key: { ...jwk }, format: "jwk" });
  return {
    pair,
    n: Uint8Array.from(Buffer.from(jwk.n ?? "", "base64url")),
    sign: async (blinded) => Uint8Array.from(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, blinded)),
    theirSign: async (blinded) => Uint8Array.from(await theirs.blindSign(pair.privateKey, blinded)),
  };
}

function same(one: Uint8Array, other: Uint8Array): void {
  if (!equal(one, other)) throw new Error("two signatures of one message differ");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const runs = await crossRuns(Number(process.argv[2] ?? 200));
  console.log(`${runs} messages blinded and finalized by ours, every ${THEIR_BLINDING_EVERY}th also blinded by theirs: no difference`);
}
