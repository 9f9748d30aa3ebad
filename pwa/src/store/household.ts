/** Who this phone belongs to, on disk: moving in, putting a former owner's sealed work aside, mending what is damaged. */
import type { Ports } from "../contract.ts";
import { Shelf } from "../domain/shelf.ts";
import { bundleOf, type Bundle } from "./backup.ts";
import type { Cellar, StoreName } from "./idb.ts";
import type { Damage } from "./load.ts";
import { emptyMirror } from "./mirror.ts";
import { dropOf, nextTick, Opened, type Progress, type Session } from "./opened.ts";
import { captureKey, changeKey, handedOf } from "./parcels.ts";
import { type Drop, metaLabel, type OutboxRow, type OutcomeRow, type SealedMeta } from "./rows.ts";
import { newVault, type VaultRow } from "./vault.ts";
import type { Wiped } from "./wipe.ts";

const OWNED: StoreName[] = ["mirror", "outbox", "outcomes", "drafts", "captures", "ballots"];

/** What can be said of a phone without its passphrase. */
export interface Outside {
  vault?: VaultRow;
  /** The township's newest recovery key, as last heard. */
  recoveryKey?: string;
  waiting: number;
  captures: number;
  /** How many of the waiting changes, and of the notes, lie sealed at the server. */
  handed: number;
  handedNotes: number;
  /** The office took this phone out of service; what could be handed in was. */
  wiped?: Wiped;
  backupAtMs?: number;
}

export async function lookIn(cellar: Cellar): Promise<Outside> {
  return cellar.read(["meta", "outbox", "outcomes", "drafts", "captures"], async (tx) => {
    const waiting = Math.max(0, (await tx.count("outbox")) - (await tx.count("outcomes")));
    const handed = [...(await handedOf(tx))];
    const answered = new Set(handed.length > 0 ? (await tx.keys("outcomes")).map((change) => changeKey({ change: String(change) })) : []);
    return {
      vault: await tx.get<VaultRow>("meta", "vault"),
      recoveryKey: await tx.get<string>("meta", "recovery_key"),
      waiting,
      captures: await tx.count("captures"),
      handed: Math.min(waiting, handed.filter((key) => key.startsWith("o/") && !answered.has(key)).length),
      handedNotes: (await tx.keys("captures")).filter((id) => handed.includes(captureKey({ id: String(id) }))).length,
      wiped: await tx.get<Wiped>("meta", "wiped"),
      backupAtMs: await tx.get<number>("meta", "backup_at_ms"),
    };
  });
}

/** The vault row is as given, unless somebody else has moved in. */
export async function keepVault(cellar: Cellar, row: VaultRow): Promise<void> {
  await cellar.write(["meta"], async (tx) => {
    if ((await tx.get<VaultRow>("meta", "vault"))?.id === row.id) tx.put("meta", row, "vault");
  });
}

/** A phone that enrolled before it could hand in sealed rows learns to at its next unlock. */
export async function keepDrop(open: Opened): Promise<void> {
  const { session, counter, vaultRow, cellar } = open;
  if (!session) return;
  await cellar.write(["meta"], async (tx) => {
    const same = (await tx.get<VaultRow>("meta", "vault"))?.id === vaultRow.id;
    if (same && !(await tx.get<Drop>("meta", "drop"))) tx.put("meta", dropOf(session, counter.gen), "drop");
  });
}

export interface Newcomer {
  id: string;
  pin: string;
  session: Session;
  progress: Progress;
  /** The township's raw P-256 public key in base64, where it has one. */
  recovery_key: string | null;
}

/** A fresh household in one transaction; what a former one left sealed is kept in the attic, and in every export. */
export async function moveIn(ports: Ports, cellar: Cellar, kdf: NonNullable<Ports["kdf"]>, newcomer: Newcomer): Promise<Opened> {
  const { id, pin, session, progress, recovery_key } = newcomer;
  const recovery = recovery_key ? Uint8Array.from(atob(recovery_key), (char) => char.charCodeAt(0)) : undefined;
  const { row, opened: vault } = await newVault(ports.crypto, kdf, id, pin, recovery);
  const sealed = await vault.sealer.sealJson(metaLabel("session", 1), session);
  const notes = await vault.sealer.sealJson(metaLabel("progress", 1), progress);
  await cellar.write(["meta", "attic", ...OWNED], async (tx) => {
    const left = await bundleOf(tx);
    if (left.vault && left.outbox.length + left.drafts.length + left.captures.length > 0) tx.put("attic", left);
    for (const store of OWNED) tx.clear(store);
    tx.put("meta", row, "vault");
    tx.put("meta", { v: 1, ...sealed }, "session");
    tx.put("meta", { v: 1, ...notes }, "progress");
    tx.put("meta", dropOf(session, 1), "drop");
    tx.put("meta", { gen: 1, n: 0 }, "counter");
    tx.put("meta", 0, "tries");
    for (const left of ["handed", "recovering", "wiped"]) tx.delete("meta", left);
    await nextTick(tx);
  });
  return new Opened(ports, cellar, row, vault, new Shelf());
}

/** After ten wrong passphrases: what can be fetched again is gone, and this passphrase opens nothing. Own work stays sealed. */
export async function eraseCache(cellar: Cellar): Promise<void> {
  await cellar.write(["meta", "mirror"], async (tx) => {
    const { pin: _erased, ...vault } = (await tx.get<VaultRow>("meta", "vault")) as VaultRow;
    tx.put("meta", vault, "vault");
    tx.clear("mirror");
    tx.delete("meta", "progress");
    await nextTick(tx);
  });
}

/** The mirror is empty and will be fetched again; an unreadable change lies in the attic, and the rest gets new numbers (L16). */
export async function mend(open: Opened, damage: Damage): Promise<void> {
  const lost = await putAside(open, damage);
  await emptyMirror(open, open.progress.epoch, lost ? "open" : open.progress.must_register);
}

/** True where a change that the server has not acknowledged can no longer be read. */
async function putAside(open: Opened, damage: Damage): Promise<boolean> {
  if (damage.outbox.length === 0) return false;
  const spoilt = new Set(damage.outbox.map(({ gen, n }) => `${gen}/${n}`));
  const [unanswered, tick] = await open.cellar.write(["meta", "outbox", "outcomes", "attic"], async (tx) => {
    const rows = (await tx.all<OutboxRow>("outbox")).filter(({ gen, n }) => spoilt.has(`${gen}/${n}`));
    const answered = new Set((await tx.all<OutcomeRow>("outcomes")).map((row) => row.change));
    const vault = (await tx.get<VaultRow>("meta", "vault")) as VaultRow;
    const session = await tx.get<SealedMeta>("meta", "session");
    const next = await nextTick(tx, open.vaultRow);
    const aside: Bundle = { id: `${vault.id}/${next}`, vault, session, outbox: rows, outcomes: [], drafts: [], captures: [] };
    tx.put("attic", aside);
    for (const row of rows) {
      tx.delete("outbox", [row.gen, row.n]);
      tx.delete("outcomes", row.change);
    }
    return [rows.some((row) => !answered.has(row.change)), next] as const;
  });
  open.committed(tick);
  return unanswered;
}
