/**
 * A forgotten passphrase. The phone makes a key pair for one request; the office opens the recovery copy of the data key
 * and seals it to that pair; the phone puts it under a new passphrase. Every change, draft and note stays where it is.
 */
import type { Ports } from "../contract.ts";
import { problem } from "../domain/problem.ts";
import type { Cellar } from "./idb.ts";
import { nextTick } from "./opened.ts";
import type { Drop } from "./rows.ts";
import { type Bytes, fromBase64, fromUtf8, newPair, openWith, type PublicBox, privateKey, sealTo, toBase64, utf8 } from "./seal.ts";
import { openWrapped, rewrapped, type OpenVault, type VaultRow } from "./vault.ts";

/** In `meta` while a request is under way; the private part cannot be read out, only used. */
export interface Recovering {
  vault: string;
  own: CryptoKey;
  publicRaw: Bytes;
  /** Known once the server has the request. */
  id?: string;
  answer?: PublicBox;
}

/** What the office needs. Shape: bytes in base64, as on the wire. */
export interface Asked {
  vault: string;
  wrap: WireBox;
  public_key: string;
}
export interface WireBox {
  epk: string;
  iv: string;
  ct: string;
}

const ASK = "ZFQ1.";
const ANSWER = "ZFA1.";
const recoveredLabel = (vault: string): string => `zoufang/recovered/${vault}`;

/** The request of this phone, made now or before; undefined where the township had no recovery key when it enrolled. */
export async function asking(crypto: Crypto, cellar: Cellar): Promise<{ drop?: Drop; asked: Asked; recovering: Recovering } | undefined> {
  const [vault, drop, before] = await cellar.read(["meta"], async (tx) => [
    await tx.get<VaultRow>("meta", "vault"),
    await tx.get<Drop>("meta", "drop"),
    await tx.get<Recovering>("meta", "recovering"),
  ] as const);
  if (!vault?.recovery) return undefined;
  const recovering = before?.vault === vault.id ? before : await begin(crypto, cellar, vault.id);
  return { drop, recovering, asked: { vault: vault.id, wrap: onWire(vault.recovery), public_key: toBase64(recovering.publicRaw) } };
}

async function begin(crypto: Crypto, cellar: Cellar, vault: string): Promise<Recovering> {
  const { publicRaw, privatePkcs8 } = await newPair(crypto);
  const made: Recovering = { vault, own: await privateKey(crypto, privatePkcs8), publicRaw };
  privatePkcs8.fill(0);
  await cellar.write(["meta"], (tx) => tx.put("meta", made, "recovering"));
  return made;
}

/** What the server or the office said is on disk, if the request still stands. */
export async function note(cellar: Cellar, told: Pick<Recovering, "id" | "answer">): Promise<void> {
  await cellar.write(["meta"], async (tx) => {
    const before = await tx.get<Recovering>("meta", "recovering");
    if (before) tx.put("meta", { ...before, ...told }, "recovering");
  });
}

/**
 * The vault opens with a new passphrase, and its tries begin anew.
 *
 * Raises: recovery-unanswered, recovery-refused (the answer is not for this phone, or damaged)
 */
export async function recover(
  ports: Pick<Ports, "crypto">,
  cellar: Cellar,
  kdf: NonNullable<Ports["kdf"]>,
  pin: string,
): Promise<{ row: VaultRow; vault: OpenVault }> {
  const [row, recovering] = await cellar.read(["meta"], async (tx) => [
    await tx.get<VaultRow>("meta", "vault"),
    await tx.get<Recovering>("meta", "recovering"),
  ] as const);
  if (!row || !recovering?.answer) throw problem("recovery-unanswered", "the office has not answered yet");
  const raw = await openWith(ports.crypto, recovering.own, recovering.publicRaw, recoveredLabel(row.id), recovering.answer).catch(refused);
  const vault = await openWrapped(ports.crypto, row, raw).catch(refused);
  const renewed = await rewrapped(ports.crypto, kdf, row, pin, raw);
  raw.fill(0);
  await cellar.write(["meta"], async (tx) => {
    if ((await tx.get<VaultRow>("meta", "vault"))?.id !== row.id) throw problem("locked", "this phone has changed hands");
    tx.put("meta", renewed, "vault");
    tx.put("meta", 0, "tries");
    tx.delete("meta", "recovering");
    await nextTick(tx);
  });
  return { row: renewed, vault };
}

function refused(): never {
  throw problem("recovery-refused", "this answer is not for this phone, or it is damaged");
}

/**
 * The office's half, in the office's browser: what was sealed for the printed key is sealed to the phone that asks.
 *
 * Raises: recovery-key-wrong (no key, or not the one this phone was sealed for)
 */
export async function answerFor(crypto: Crypto, asked: Asked, printed: string): Promise<WireBox> {
  const wrong = (): never => {
    throw problem("recovery-key-wrong", "this recovery key does not open that phone");
  };
  const { own, publicRaw } = await printedKey(crypto, printed).catch(wrong);
  const raw = await openWith(crypto, own, publicRaw, `zoufang/recovery/${asked.vault}`, fromWire(asked.wrap)).catch(wrong);
  const answer = await sealTo(crypto, fromBase64(asked.public_key), recoveredLabel(asked.vault), raw);
  raw.fill(0);
  return onWire(answer);
}

/** Twelve digits that stand for the key a phone made; a stranger in between cannot make another with the same. */
export async function digitsOf(crypto: Crypto, public_key: string): Promise<string> {
  const digest = new DataView(await crypto.subtle.digest("SHA-256", fromBase64(public_key)));
  const number = digest.getBigUint64(0) % 10n ** 12n;
  return number.toString().padStart(12, "0").replace(/(\d{4})(?=\d)/g, "$1 ");
}

export const askText = (asked: Asked): string => ASK + inText(asked);
export const answerText = (answer: WireBox): string => ANSWER + inText(answer);
export const readAsk = (text: string): Asked => outOfText<Asked>(ASK, text);
export const readAnswer = (text: string): PublicBox => fromWire(outOfText<WireBox>(ANSWER, text));

function inText(value: unknown): string {
  return toBase64(utf8(JSON.stringify(value))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Also out of a message with words around it. */
function outOfText<T>(mark: string, text: string): T {
  const found = text.replace(/\s/g, "").split(mark)[1]?.match(/^[\w-]+/)?.[0];
  try {
    return JSON.parse(fromUtf8(fromBase64((found ?? "").replaceAll("-", "+").replaceAll("_", "/")))) as T;
  } catch {
    throw problem("recovery-text-unreadable", "this text is cut short or something else");
  }
}

export function onWire({ epk, iv, ct }: PublicBox): WireBox {
  return { epk: toBase64(epk), iv: toBase64(iv), ct: toBase64(ct) };
}

export function fromWire({ epk, iv, ct }: WireBox): PublicBox {
  return { epk: fromBase64(epk), iv: fromBase64(iv), ct: fromBase64(ct) };
}

/** Head of a PKCS#8 P-256 key without its public half (RFC 5915, RFC 5208); 32 bytes follow. */
const PKCS8 = "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCA=";

async function printedKey(crypto: Crypto, printed: string): Promise<{ own: CryptoKey; publicRaw: Bytes }> {
  const secret = fromBase64(printed.replace(/\s/g, ""));
  if (secret.length !== 32) throw problem("recovery-key-wrong", "a recovery key is 32 bytes");
  const pkcs8 = new Uint8Array([...fromBase64(PKCS8), ...secret]);
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const own = await crypto.subtle.importKey("pkcs8", pkcs8, curve, true, ["deriveBits"]);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", own);
  pkcs8.fill(0);
  const half = (text: string): Bytes => fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
  return { own, publicRaw: new Uint8Array([4, ...half(x), ...half(y)]) };
}
