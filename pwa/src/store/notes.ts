/** What is being typed (drafts), and what was noted without the passphrase (captures). Keys on disk say nothing. */
import type { Ports } from "../contract.ts";
import { clean } from "../domain/change.ts";
import { uuid7 } from "../domain/ids.ts";
import type { Cellar } from "./idb.ts";
import { nextTick, type Opened } from "./opened.ts";
import { captureLabel, draftLabel } from "./rows.ts";
import { type Bytes, sealTo, utf8 } from "./seal.ts";

/** The draft is on disk, unless it was dropped while this was under way. */
export async function saveDraft(open: Opened, key: string, value: unknown): Promise<void> {
  const drops = open.drops.get(key);
  const id = await hiddenName(open, key);
  const v = (open.drafts.get(key)?.v ?? 0) + 1;
  const stored = { key, value: clean(value), at_ms: open.ports.now(), id, v };
  open.drafts.set(key, stored);
  const box = await open.vault.sealer.sealJson(draftLabel(id, v), stored);
  const tick = await open.cellar.write(["meta", "drafts"], (tx) => {
    if (open.drops.get(key) !== drops) return undefined;
    tx.put("drafts", { id, v, ...box });
    return nextTick(tx, open.vaultRow);
  });
  if (tick === undefined) return;
  if ((open.drafts.get(key)?.v ?? 0) < v) open.drafts.set(key, stored);
  open.committed(tick);
}

export async function dropDraft(open: Opened, key: string): Promise<void> {
  const id = await hiddenName(open, key);
  open.dropsDraft(key);
  const tick = await open.cellar.write(["meta", "drafts"], (tx) => {
    tx.delete("drafts", id);
    return nextTick(tx, open.vaultRow);
  });
  open.drafts.delete(key);
  open.committed(tick);
}

/** The same key has the same hidden name in every tab, so that two tabs write one draft. */
export async function hiddenName(open: Opened, key: string): Promise<string> {
  const mac = await open.ports.crypto.subtle.sign("HMAC", open.vault.nameKey, utf8(key));
  return Array.from(new Uint8Array(mac).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A note on disk that this phone can read only after an unlock. Needs no key but the public one. */
export async function putCapture(
  ports: Ports,
  cellar: Cellar,
  device: Bytes,
  text: string,
  atMs: number,
  known?: string,
): Promise<string> {
  const id = known ?? uuid7(ports.now(), ports.crypto.getRandomValues(new Uint8Array(16)));
  const box = await sealTo(ports.crypto, device, captureLabel(id), utf8(JSON.stringify({ text: clean(text), at_ms: atMs })));
  await cellar.write(["meta", "captures"], (tx) => {
    tx.put("captures", { id, ...box });
    return nextTick(tx);
  });
  return id;
}

export async function dropCapture(open: Opened, id: string): Promise<void> {
  const tick = await open.cellar.write(["meta", "captures"], (tx) => {
    tx.delete("captures", id);
    return nextTick(tx, open.vaultRow);
  });
  open.captures.delete(id);
  open.committed(tick);
}
