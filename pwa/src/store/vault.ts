/**
 * The data key and its wraps. Everything on the phone is sealed under one random data key; a passphrase, and the
 * township's recovery key, each open a copy of it. The device's own key pair seals what is noted while locked.
 *
 * Shape of the recovery wrap (opened with the township's private key): seal.ts `sealTo`, label `zoufang/recovery/<vault id>`.
 */
import type { Ports } from "../contract.ts";
import { aesKey, type Box, type Bytes, newPair, privateKey, type PublicBox, Sealer, sealTo, utf8 } from "./seal.ts";

/** OWASP's smallest Argon2id setting with 46 MiB; about a tenth of a second on a desk. */
export const ARGON2 = { memory_kib: 47104, passes: 1, lanes: 1 };
export const SHORTEST_PIN = 10;

type Kdf = NonNullable<Ports["kdf"]>;

export interface VaultRow {
  v: 1;
  id: string;
  kdf: typeof ARGON2;
  /** Absent after ten wrong tries: only the recovery key opens what is left. */
  pin?: Box & { salt: Bytes };
  recovery?: PublicBox;
  device: Box & { publicRaw: Bytes };
}

export interface OpenVault {
  sealer: Sealer;
  /** Opens what was noted while locked. */
  device: CryptoKey;
  /** Names drafts without saying what they are about. */
  nameKey: CryptoKey;
}

export const argon2: Kdf = async (pin, salt) => {
  const { argon2id } = await import("hash-wasm");
  const { memory_kib: memorySize, passes: iterations, lanes: parallelism } = ARGON2;
  return argon2id({ password: pin, salt, memorySize, iterations, parallelism, hashLength: 32, outputType: "binary" });
};

/** A new vault. `recovery`: the township's raw P-256 public key, where it has one. */
export async function newVault(
  crypto: Crypto,
  kdf: Kdf,
  id: string,
  pin: string,
  recovery?: Bytes,
): Promise<{ row: VaultRow; opened: OpenVault }> {
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const pair = await newPair(crypto);
  const sealer = new Sealer(crypto, await aesKey(crypto, raw));
  const row: VaultRow = {
    v: 1,
    id,
    kdf: ARGON2,
    pin: await wrap(crypto, kdf, id, pin, raw),
    device: { publicRaw: pair.publicRaw, ...(await sealer.seal(label("device", id), pair.privatePkcs8)) },
  };
  if (recovery) row.recovery = await sealTo(crypto, recovery, label("recovery", id), raw);
  const opened = await openParts(crypto, row, raw);
  raw.fill(0);
  return { row, opened };
}

/** The opened vault, or undefined where the passphrase is wrong. */
export async function openVault(crypto: Crypto, kdf: Kdf, row: VaultRow, pin: string): Promise<OpenVault | undefined> {
  if (!row.pin) return undefined;
  const key = await aesKey(crypto, (await kdf(pin, row.pin.salt)) as Bytes);
  const raw = await new Sealer(crypto, key).open(label("pin", row.id), row.pin).catch(() => undefined);
  if (!raw) return undefined;
  const opened = await openParts(crypto, row, raw);
  raw.fill(0);
  return opened;
}

async function openParts(crypto: Crypto, row: VaultRow, raw: Bytes): Promise<OpenVault> {
  const sealer = new Sealer(crypto, await aesKey(crypto, raw));
  const device = await privateKey(crypto, await sealer.open(label("device", row.id), row.device));
  const hkdf = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8("zoufang/names") };
  const nameKey = await crypto.subtle.deriveKey(parameters, hkdf, { name: "HMAC", hash: "SHA-256", length: 256 }, false, [
    "sign",
  ]);
  return { sealer, device, nameKey };
}

async function wrap(crypto: Crypto, kdf: Kdf, id: string, pin: string, raw: Bytes): Promise<Box & { salt: Bytes }> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await aesKey(crypto, (await kdf(pin, salt)) as Bytes);
  return { salt, ...(await new Sealer(crypto, key).seal(label("pin", id), raw)) };
}

function label(what: string, id: string): string {
  return `zoufang/${what}/${id}`;
}
