/** Sealed boxes: AES-256-GCM under the data key, and boxes that only a P-256 private key opens. */

export type Bytes = Uint8Array<ArrayBuffer>;
export interface Box {
  iv: Bytes;
  ct: Bytes;
}
/** A box for a public key. Shape: `epk` is the ephemeral public key, uncompressed (65 bytes). */
export interface PublicBox extends Box {
  epk: Bytes;
}

const text = new TextEncoder();
const reader = new TextDecoder("utf-8", { fatal: true });
const CURVE: EcKeyImportParams = { name: "ECDH", namedCurve: "P-256" };

export const utf8 = (value: string): Bytes => text.encode(value) as Bytes;
export const fromUtf8 = (bytes: BufferSource): string => reader.decode(bytes);

export const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
export const fromBase64 = (value: string): Bytes => Uint8Array.from(atob(value), (char) => char.charCodeAt(0)) as Bytes;

/** Seals and opens under one AES key. `label` is bound to the box: kind of row, id and version, so that none can be swapped. */
export class Sealer {
  constructor(
    private readonly crypto: Crypto,
    private readonly key: CryptoKey,
  ) {}

  async seal(label: string, bytes: Bytes): Promise<Box> {
    const iv = this.crypto.getRandomValues(new Uint8Array(12));
    const ct = await this.crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(label) }, this.key, bytes);
    return { iv, ct: new Uint8Array(ct) };
  }

  async open(label: string, box: Box): Promise<Bytes> {
    const parameters = { name: "AES-GCM", iv: box.iv, additionalData: utf8(label) };
    return new Uint8Array(await this.crypto.subtle.decrypt(parameters, this.key, box.ct));
  }

  sealJson(label: string, value: unknown): Promise<Box> {
    return this.seal(label, utf8(JSON.stringify(value)));
  }

  async openJson<T>(label: string, box: Box): Promise<T> {
    return JSON.parse(fromUtf8(await this.open(label, box))) as T;
  }
}

export async function aesKey(crypto: Crypto, raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/**
 * A box that only the holder of the private key opens: ECDH with a fresh key, HKDF-SHA-256, AES-256-GCM.
 * The salt is the ephemeral public key followed by the recipient's; `label` is HKDF's info and the box's bound label.
 */
export async function sealTo(crypto: Crypto, recipient: Bytes, label: string, bytes: Bytes): Promise<PublicBox> {
  const pair = (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"])) as CryptoKeyPair;
  const epk = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const key = await sharedKey(crypto, pair.privateKey, recipient, epk, recipient, label);
  return { epk, ...(await new Sealer(crypto, key).seal(label, bytes)) };
}

export async function openWith(crypto: Crypto, own: CryptoKey, ownPublic: Bytes, label: string, box: PublicBox): Promise<Bytes> {
  const key = await sharedKey(crypto, own, box.epk, box.epk, ownPublic, label);
  return new Sealer(crypto, key).open(label, box);
}

/** A fresh pair: the private part goes under the data key, the public part stays readable. */
export async function newPair(crypto: Crypto): Promise<{ publicRaw: Bytes; privatePkcs8: Bytes }> {
  const pair = (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"])) as CryptoKeyPair;
  return {
    publicRaw: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    privatePkcs8: new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)),
  };
}

export function privateKey(crypto: Crypto, pkcs8: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", pkcs8, CURVE, false, ["deriveBits"]);
}

async function sharedKey(
  crypto: Crypto,
  own: CryptoKey,
  other: Bytes,
  epk: Bytes,
  recipient: Bytes,
  label: string,
): Promise<CryptoKey> {
  const otherKey = await crypto.subtle.importKey("raw", other, CURVE, false, []);
  const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: otherKey }, own, 256);
  const base = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
  const salt = new Uint8Array([...epk, ...recipient]);
  const hkdf = { name: "HKDF", hash: "SHA-256", salt, info: utf8(label) };
  return crypto.subtle.deriveKey(hkdf, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
