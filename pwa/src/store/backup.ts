/** A backup is one file with everything that only this phone has, sealed as it lies on disk, and the wraps that open it. */
import { canonical } from "../domain/canonical.ts";
import type { WireChange } from "../domain/change.ts";
import type { Capture, Draft, Ports } from "../contract.ts";
import { problem } from "../domain/problem.ts";
import type { Cellar, StoreName, Tx } from "./idb.ts";
import { nextTick, type Opened, type Session } from "./opened.ts";
import { counterOf, hashOf } from "./outbox.ts";
import { putCapture, saveDraft } from "./notes.ts";
import {
  captureLabel,
  type CaptureRow,
  draftLabel,
  type DraftRow,
  type Drop,
  metaLabel,
  outboxLabel,
  type OutboxRow,
  type OutcomeRow,
  type SealedMeta,
} from "./rows.ts";
import { type Bytes, fromUtf8, openWith, utf8 } from "./seal.ts";
import { type OpenVault, openVault, type VaultRow } from "./vault.ts";

const FORMAT = "zoufang-backup";
const CARRIED: StoreName[] = ["outbox", "outcomes", "drafts", "captures", "attic"];

/** What is carried of one vault. The attic's rows have the same form: work put aside when the phone changed hands. */
export interface Bundle {
  id: string;
  vault: VaultRow;
  session?: SealedMeta;
  drop?: Drop;
  outbox: OutboxRow[];
  outcomes: OutcomeRow[];
  drafts: DraftRow[];
  captures: CaptureRow[];
}
interface BackupFile extends Bundle {
  format: typeof FORMAT;
  v: 1;
  attic: Bundle[];
}

/** Needs no key: a locked or broken phone can be exported too. A row that cannot be read is left out, the rest is kept. */
export async function exportBackup(cellar: Cellar): Promise<Bytes> {
  const parts = await cellar.read(["meta", ...CARRIED], async (tx) => ({
    ...(await bundleOf(tx)),
    attic: await tx.all<Bundle>("attic"),
  }));
  if (!parts.vault && parts.attic.length === 0) throw problem("not-enrolled", "there is nothing to export on this phone");
  return utf8(JSON.stringify({ format: FORMAT, v: 1, ...parts }, bytesToText));
}

export async function bundleOf(tx: Tx): Promise<Bundle> {
  const vault = (await tx.get<VaultRow>("meta", "vault")) as VaultRow;
  return {
    id: vault?.id ?? "",
    vault,
    session: await tx.get<SealedMeta>("meta", "session"),
    drop: await tx.get<Drop>("meta", "drop"),
    outbox: await tx.all<OutboxRow>("outbox"),
    outcomes: await tx.all<OutcomeRow>("outcomes"),
    drafts: await tx.all<DraftRow>("drafts"),
    captures: await tx.all<CaptureRow>("captures"),
  };
}

/**
 * What the file's phone had not handed over is in this phone's outbox, drafts and captures, under the same change ids.
 *
 * Raises: backup-unreadable, wrong-pin, backup-of-another-account
 */
export async function importBackup(
  open: Opened,
  bytes: Uint8Array,
  pin: string,
  kdf: NonNullable<Ports["kdf"]>,
): Promise<{ changes: number; drafts: number }> {
  const file = parse(bytes);
  const bundles = [file, ...file.attic].filter((bundle) => bundle.vault);
  const opened = await Promise.all(bundles.map((bundle) => openVault(open.ports.crypto, kdf, bundle.vault, pin)));
  if (opened.every((vault) => vault === undefined)) throw problem("wrong-pin", "this passphrase does not open the backup");
  const total = { changes: 0, drafts: 0 };
  for (const [at, bundle] of bundles.entries()) {
    const vault = opened[at];
    if (!vault) continue;
    await sameAccount(open, bundle, vault);
    total.changes += await takeChanges(open, bundle, vault);
    total.drafts += await takeDrafts(open, bundle, vault);
    await takeCaptures(open, bundle, vault);
  }
  return total;
}

function parse(bytes: Uint8Array): BackupFile {
  try {
    const file = JSON.parse(fromUtf8(bytes as Bytes), textToBytes) as BackupFile;
    if (file.format === FORMAT && file.v === 1) return file;
  } catch {
    // told below, in the same words as any other file that is no backup
  }
  throw problem("backup-unreadable", "this file is no backup of this app, or it is damaged");
}

/** Somebody's work goes up as his own or not at all. */
async function sameAccount(open: Opened, bundle: Bundle, vault: OpenVault): Promise<void> {
  const row = bundle.session;
  const session = row && (await vault.sealer.openJson<Session>(metaLabel("session", row.v), row).catch(() => undefined));
  if (session && session.account !== open.session?.account) {
    throw problem("backup-of-another-account", "this backup is another person's");
  }
}

async function takeChanges(open: Opened, bundle: Bundle, vault: OpenVault): Promise<number> {
  const answered = new Set(bundle.outcomes.map((row) => row.change));
  const rows = bundle.outbox.filter((row) => !answered.has(row.change) && !open.shelf.byChange(row.change));
  rows.sort((a, b) => a.gen - b.gen || a.n - b.n);
  const sealed: { change: string; wire: WireChange; text: string; hash: string; box: { iv: Bytes; ct: Bytes } }[] = [];
  for (const row of rows) {
    const kept = await vault.sealer.openJson<{ hash: string; text: string }>(outboxLabel(row.change), row).catch(() => undefined);
    if (!kept) continue;
    const wire = JSON.parse(kept.text) as WireChange;
    const whole = canonical(wire) === kept.text && (await hashOf(open.ports.crypto, kept.text)) === kept.hash;
    if (whole)
      sealed.push({ change: row.change, wire, ...kept, box: await open.vault.sealer.sealJson(outboxLabel(row.change), kept) });
  }
  if (sealed.length === 0) return 0;
  const [gen, first, tick] = await open.cellar.write(["meta", "outbox"], async (tx) => {
    const { gen, n } = await counterOf(tx);
    for (const [at, { change, box }] of sealed.entries()) tx.put("outbox", { gen, n: n + 1 + at, change, ...box });
    tx.put("meta", { gen, n: n + sealed.length }, "counter");
    return [gen, n + 1, await nextTick(tx, open.vaultRow)] as const;
  });
  open.counter = { gen, n: first - 1 + sealed.length };
  for (const [at, { wire, text, hash }] of sealed.entries()) open.shelf.addEntry({ gen, n: first + at, hash, text, wire });
  open.committed(tick);
  return sealed.length;
}

async function takeDrafts(open: Opened, bundle: Bundle, vault: OpenVault): Promise<number> {
  let taken = 0;
  for (const row of bundle.drafts) {
    const draft = await vault.sealer.openJson<Draft>(draftLabel(row.id, row.v), row).catch(() => undefined);
    if (!draft || open.drafts.has(draft.key)) continue;
    await saveDraft(open, draft.key, draft.value);
    taken += 1;
  }
  return taken;
}

async function takeCaptures(open: Opened, bundle: Bundle, vault: OpenVault): Promise<void> {
  const own = bundle.vault.device.publicRaw;
  for (const row of bundle.captures) {
    const bytes = await openWith(open.ports.crypto, vault.device, own, captureLabel(row.id), row).catch(() => undefined);
    if (!bytes || open.captures.has(row.id)) continue;
    const { text, at_ms } = JSON.parse(fromUtf8(bytes)) as Capture;
    await putCapture(open.ports, open.cellar, open.vaultRow.device.publicRaw, text, at_ms, row.id);
    open.captures.set(row.id, { id: row.id, text, at_ms });
  }
}

function bytesToText(_key: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  return { b64: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join("")) };
}

function textToBytes(_key: string, value: unknown): unknown {
  const text = typeof value === "object" && value !== null && "b64" in value ? (value as { b64: unknown }).b64 : undefined;
  return typeof text === "string" ? Uint8Array.from(atob(text), (char) => char.charCodeAt(0)) : value;
}
