/**
 * The data key and its wraps. Everything on the phone is sealed under one random data key; a passphrase, and the
 * township's recovery key, each open a copy of it. The device's own key pair seals what is noted while locked.
 *
 * Shape of the recovery wrap (opened with the township's private key): seal.ts `sealTo`, label `zoufang/recovery/<vault id>`.
 */
import type { Ports } from "../contract.ts";
import type { Cellar } from "./idb.ts";
import { aesKey, type Box, type Bytes, fromBase64, newPair, privateKey, type PublicBox, Sealer, sealTo, toBase64, utf8 } from "./seal.ts";

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
  /** Which public key the recovery copy was made for, in base64. */
  recoveryFor?: string;
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
  if (recovery) Object.assign(row, await copyFor(crypto, id, recovery, raw));
  const opened = await openWrapped(crypto, row, raw);
  raw.fill(0);
  return { row, opened };
}

/** The opened vault, or undefined where the passphrase is wrong. */
export async function openVault(crypto: Crypto, kdf: Kdf, row: VaultRow, pin: string): Promise<OpenVault | undefined> {
  return (await unlockVault(crypto, kdf, row, pin))?.vault;
}

/** The same, with the row as it should be: its recovery copy is for `recovery`, the township's newest key, where that is known. */
export async function unlockVault(
  crypto: Crypto,
  kdf: Kdf,
  row: VaultRow,
  pin: string,
  recovery?: string,
): Promise<{ vault: OpenVault; row: VaultRow } | undefined> {
  if (!row.pin) return undefined;
  const key = await aesKey(crypto, (await kdf(pin, row.pin.salt)) as Bytes);
  const raw = await new Sealer(crypto, key).open(label("pin", row.id), row.pin).catch(() => undefined);
  if (!raw) return undefined;
  const vault = await openWrapped(crypto, row, raw);
  const newer = recovery !== undefined && recovery !== row.recoveryFor;
  const copy = newer ? await copyFor(crypto, row.id, fromBase64(recovery), raw).catch(() => ({})) : {}; // what is no key changes nothing
  raw.fill(0);
  return { vault, row: { ...row, ...copy } };
}

async function copyFor(crypto: Crypto, id: string, recovery: Bytes, raw: Bytes): Promise<Pick<VaultRow, "recovery" | "recoveryFor">> {
  return { recovery: await sealTo(crypto, recovery, label("recovery", id), raw), recoveryFor: toBase64(recovery) };
}

/** What the last hello said; used at the next unlock, since only then the data key can be wrapped. */
export async function noteRecoveryKey(cellar: Cellar, key: string): Promise<void> {
  const known = await cellar.read(["meta"], (tx) => tx.get<string>("meta", "recovery_key"));
  if (known !== key) await cellar.write(["meta"], (tx) => tx.put("meta", key, "recovery_key"));
}

/** The same vault under another passphrase. */
export async function rewrapped(crypto: Crypto, kdf: Kdf, row: VaultRow, pin: string, raw: Bytes): Promise<VaultRow> {
  return { ...row, kdf: ARGON2, pin: await wrap(crypto, kdf, row.id, pin, raw) };
}

/** The vault whose data key is `raw`; throws where it is another's. */
export async function openWrapped(crypto: Crypto, row: VaultRow, raw: Bytes): Promise<OpenVault> {
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
