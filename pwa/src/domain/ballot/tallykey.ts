/** The tally key of a round: a P-256 pair made on the scrutineer's phone, and the dummy slip that proves it opens. */
import { type Bytes, equal, fromBase64, joined, utf8 } from "./bytes.ts";
import { plain, seal } from "./slip.ts";

const CURVE: EcKeyImportParams = { name: "ECDH", namedCurve: "P-256" };
/** Head of a PKCS#8 P-256 key without its public half (RFC 5915, RFC 5208); 32 bytes follow. */
const PKCS8 = "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCA=";
const POINT_BYTES = 65;
export const SCALAR_BYTES = 32;

/** Shape: `point` is the public half, uncompressed (65 bytes); `scalar` the private one (32 bytes). */
export interface TallyPair {
  point: Bytes;
  scalar: Bytes;
}

export async function newTallyPair(subtle: SubtleCrypto): Promise<TallyPair> {
  const pair = (await subtle.generateKey(CURVE, true, ["deriveBits"])) as CryptoKeyPair;
  const { d = "" } = await subtle.exportKey("jwk", pair.privateKey);
  return { point: new Uint8Array(await subtle.exportKey("raw", pair.publicKey)), scalar: fromUrlText(d) };
}

/** The whole pair from its private half. Throws where the scalar is none of the curve. */
export async function pairOf(subtle: SubtleCrypto, scalar: Bytes): Promise<TallyPair> {
  const { x = "", y = "" } = await subtle.exportKey("jwk", await imported(subtle, scalar));
  return { point: joined(Uint8Array.of(4), fromUrlText(x), fromUrlText(y)), scalar };
}

/**
 * Whether a slip sealed to the public half is opened by the private one: what the rehearsal shows before anybody votes.
 *
 * Source: docs/ballot.md 4
 */
export async function rehearses(subtle: SubtleCrypto, point: Bytes, scalar: Bytes, round: string): Promise<boolean> {
  const bound = utf8(`zoufang-ballot-1/rehearsal\n${round}`);
  const dummy = plain("good");
  const found = await openedBy(subtle, { point, scalar }, await seal(subtle, point, bound, dummy), bound);
  return found !== undefined && equal(found, dummy);
}

/** What a seal holds, for whoever has the private half; undefined where it does not open. */
export async function openedBy(subtle: SubtleCrypto, pair: TallyPair, sealed: Bytes, bound: Bytes): Promise<Bytes | undefined> {
  const epk = sealed.slice(0, POINT_BYTES);
  const other = await subtle.importKey("raw", epk, CURVE, false, []);
  const shared = await subtle.deriveBits({ name: "ECDH", public: other }, await imported(subtle, pair.scalar), 256);
  const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: joined(epk, pair.point), info: bound };
  const key = await subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const content = subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: bound }, key, sealed.slice(POINT_BYTES));
  return content.then(
    (bytes) => new Uint8Array(bytes),
    () => undefined,
  );
}

async function imported(subtle: SubtleCrypto, scalar: Bytes): Promise<CryptoKey> {
  const pkcs8 = joined(fromBase64(PKCS8), scalar);
  const key = await subtle.importKey("pkcs8", pkcs8, CURVE, true, ["deriveBits"]);
  pkcs8.fill(0);
  return key;
}

const fromUrlText = (text: string): Bytes => fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
