/** One slip on its way: sealed for the tally key, hidden from its signer, signed, posted without a name. */

import { blind, factorBelow, finalize, SALT_BYTES } from "./blind.ts";
import { type Bytes, fromBase64, joined, toHex, utf8 } from "./bytes.ts";
import { manifestHash, sha256 } from "./fingerprint.ts";
import type { Cell, Choice, Manifest } from "./manifest.ts";

const CURVE: EcKeyImportParams = { name: "ECDH", namedCurve: "P-256" };
const NUMBER: Record<Choice, number> = { abstain: 0, poor: 1, average: 2, fairly_good: 3, good: 4 };
const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const POINT_BYTES = 65;
export const MESSAGE_BYTES = 32 + POINT_BYTES + 16 + 16;
export const SLIP_BYTES = MESSAGE_BYTES + 256;

/** Where chance comes from. Shape: `random` gives so many random bytes; `subtle` makes the ephemeral key. */
export interface Sources {
  subtle: SubtleCrypto;
  random(size: number): Bytes;
}

/** What is committed before anything is sent. Shape: `message` and `inverse` make the slip once the answer is here. */
export interface Prepared {
  subject: string;
  group: string;
  choice: Choice;
  message: Bytes;
  blinded: Bytes;
  inverse: Bytes;
}

/** One row of the sheet, sealed and blinded. L12 */
export async function prepared(sources: Sources, manifest: Manifest, cell: Cell, choice: Choice): Promise<Prepared> {
  const { subtle, random } = sources;
  const bound = label(await manifestHash(subtle, manifest), manifest.round, cell);
  const sealed = await seal(subtle, fromBase64(manifest.tally_key), bound, plain(choice));
  const message = joined(random(32), sealed);
  const n = fromBase64(cell.n);
  const hidden = await blind(subtle, n, message, random(SALT_BYTES), factorBelow(n, random));
  return { subject: cell.subject, group: cell.group, choice, message, ...hidden };
}

/** The slip to post. Throws a RangeError where the server's answer is no signature over what was prepared. */
export async function slipOf(subtle: SubtleCrypto, cell: Cell, row: Prepared, answer: Bytes): Promise<Bytes> {
  return joined(row.message, await finalize(subtle, fromBase64(cell.n), row.message, row.inverse, answer));
}

/** The name its evaluator finds the slip by. Shape: XXXX-XXXX-XXXX-XXXX */
export async function tracker(subtle: SubtleCrypto, slip: Bytes): Promise<string> {
  const hash = await slipHash(subtle, slip);
  const bits = Array.from(hash.slice(0, 10), (byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = Array.from(bits.match(/.{5}/g) ?? [], (five) => BASE32[Number.parseInt(five, 2)]).join("");
  return (letters.match(/.{4}/g) ?? []).join("-");
}

export const slipHash = (subtle: SubtleCrypto, slip: Bytes): Promise<Bytes> => sha256(subtle, utf8("zoufang-ballot-1/slip\n"), slip);

/** What a seal is bound to: moved to another round, manifest, subject or group it does not open. */
export function label(hash: Bytes, round: string, place: { subject: string; group: string }): Bytes {
  return utf8(["zoufang-ballot-1/seal", toHex(hash), round, place.subject, place.group].join("\n"));
}

/** Every choice is as long as any other. */
export const plain = (choice: Choice): Bytes => joined(Uint8Array.of(1, NUMBER[choice]), new Uint8Array(14));

/** A box for the tally key: ephemeral point, ciphertext, tag. Source: docs/ballot.md 4 */
export async function seal(subtle: SubtleCrypto, tallyKey: Bytes, bound: Bytes, content: Bytes): Promise<Bytes> {
  const pair = (await subtle.generateKey(CURVE, true, ["deriveBits"])) as CryptoKeyPair;
  const point = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const other = await subtle.importKey("raw", tallyKey, CURVE, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: other }, pair.privateKey, 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: joined(point, tallyKey), info: bound };
  const key = await subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  return joined(point, new Uint8Array(await subtle.encrypt(gcm(bound), key, content)));
}

/** What a published key opens; undefined where it opens nothing. */
export async function opened(subtle: SubtleCrypto, key: Bytes, slip: Bytes, bound: Bytes): Promise<Bytes | undefined> {
  const box = slip.slice(32 + POINT_BYTES, MESSAGE_BYTES);
  const aes = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  return subtle.decrypt(gcm(bound), aes, box).then(
    (content) => new Uint8Array(content),
    () => undefined,
  );
}

const gcm = (bound: Bytes): AesGcmParams => ({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: bound });
