/** How people compare a manifest or a board without reading it: four words, dear to forge. */

import { canonical } from "../canonical.ts";
import { type Bytes, joined, utf8 } from "./bytes.ts";
import type { Manifest } from "./manifest.ts";
import { WORDS } from "./words.ts";

/** The 32 bytes that name a manifest. Source: docs/ballot.md 2 */
export async function manifestHash(subtle: SubtleCrypto, manifest: Manifest): Promise<Bytes> {
  return sha256(subtle, utf8("zoufang-ballot-1/manifest\n"), utf8(canonical(manifest)));
}

/** The four words of a hash. Shape: `digest` 32 bytes. Source: docs/ballot.md 3 */
export async function fourWords(subtle: SubtleCrypto, digest: Bytes): Promise<string> {
  const base = await subtle.importKey("raw", digest, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: utf8("zoufang-ballot-1/words"), iterations: 100_000 };
  const numbers = new Uint8Array(await subtle.deriveBits(how, base, 32));
  return Array.from(numbers, (number) => WORDS[number]).join(" ");
}

export async function sha256(subtle: SubtleCrypto, ...parts: Bytes[]): Promise<Bytes> {
  return new Uint8Array(await subtle.digest("SHA-256", joined(...parts)));
}
