/** An unlocked phone: the key, what was read with it, and the sealed notes the sync keeps about itself. */
import type { Capture, Draft, Ports, Township } from "../contract.ts";
import type { Held } from "../domain/ballot/held.ts";
import { problem } from "../domain/problem.ts";
import type { Shelf } from "../domain/shelf.ts";
import type { HeldRole, LostScopes } from "../domain/standing.ts";
import type { Cellar, Tx } from "./idb.ts";
import { Leaves } from "./leaves.ts";
import type { Counter, Drop } from "./rows.ts";
import type { OpenVault, VaultRow } from "./vault.ts";

export interface Limits {
  push_changes: number;
  push_bytes: number;
  change_bytes: number;
  pull_records: number;
  group_changes: number;
  group_bytes: number;
}

/** Who this phone is to the server. Sealed in `meta`. */
export interface Session {
  replica: string;
  account: string;
  person: string;
  roles: { role: string; village?: string | null }[];
  token: string;
  drop_token: string;
  township: Township;
  limits: Limits;
  label: string;
  platform: string;
}

export function dropOf({ replica, drop_token }: Session, gen: number): Drop {
  return { replica, drop_token, gen };
}

/** Where the sync is. Sealed in `meta`, written together with the page it belongs to. */
/** A record has left a scope: a row of it there, up to this number, is to go. */
export interface Leaving {
  record: string;
  seq: number;
  scope: string;
}

export interface Progress {
  epoch: string;
  cursor?: string;
  acked: number;
  /** Everything up to here is in the mirror; what an edit is based on. */
  seq: number;
  /** The highest number that any page of a pull under way has brought; absent in notes of older versions. */
  pulled_seq?: number;
  durable_seq: number | null;
  /** Server time minus device time, as last measured; shown and sent, never used (L14). */
  offset_ms: number;
  /** Server time, as last heard. */
  server_ms: number;
  /** The last matching receipt: when by the server's clock, and the last own number it vouches for. */
  arrived?: Counter & { at_ms: number };
  whole: boolean;
  pulled_rows: number;
  /** Leavings of the pages so far, while more pages are to come. */
  leaving?: Leaving[];
  /** The roles held at the last contact, and what left the phone with one that ended, until a person has read it. */
  roles?: HeldRole[];
  lost?: LostScopes;
  /** The numbers on this phone cannot be sent: "open" work goes up under a new replica, or "all" that is kept. */
  must_register?: "open" | "all";
}

export interface StoredDraft extends Draft {
  id: string;
  v: number;
}

export interface StoredBallot {
  id: string;
  v: number;
  held: Held;
}

export class Opened {
  session: Session | undefined;
  progress: Progress = startOf("");
  counter: Counter = { gen: 0, n: 0 };
  readonly leaves = new Leaves();
  readonly drafts = new Map<string, StoredDraft>();
  /** How often each draft was dropped: an autosave that was under way must not bring it back. */
  readonly drops = new Map<string, number>();
  readonly captures = new Map<string, Capture>();
  /** By round. */
  readonly ballots = new Map<string, StoredBallot>();
  /** Count of commits by all tabs, as far as this tab has read them. */
  tick = -1;
  /** Version of the sealed notes; a page made from an older version is thrown away. */
  version = 0;
  /** Commits by this tab, so that a reading made meanwhile is made again. */
  commits = 0;
  stale = false;

  constructor(
    readonly ports: Ports,
    readonly cellar: Cellar,
    readonly vaultRow: VaultRow,
    readonly vault: OpenVault,
    readonly shelf: Shelf,
  ) {}

  /** The roles of today as far as this phone has heard. */
  get roles(): HeldRole[] {
    return this.progress.roles ?? this.session?.roles ?? [];
  }

  dropsDraft(key: string): void {
    this.drops.set(key, (this.drops.get(key) ?? 0) + 1);
  }

  /** Notes a commit of this tab; a gap in the count means that another tab wrote something. */
  committed(tick: number): void {
    this.commits += 1;
    if (tick === this.tick + 1) this.tick = tick;
    else this.stale = true;
    this.ports.channel?.post();
  }

  /** The overlay ends where the mirror has arrived; all views may change with it. */
  reach(): void {
    this.shelf.reached = { gen: this.counter.gen, acked: this.progress.acked, seq: this.progress.seq };
    this.shelf.whole = this.progress.whole;
    this.shelf.changed(undefined);
  }
}

export function startOf(epoch: string): Progress {
  return { epoch, acked: 0, seq: 0, durable_seq: null, offset_ms: 0, server_ms: 0, whole: false, pulled_rows: 0 };
}

/**
 * The next number of the commit count, taken inside the transaction that it counts.
 *
 * Raises: locked (somebody else has moved in through another tab; what this key seals he could not read); store-gone
 */
export async function nextTick(tx: Tx, of?: VaultRow): Promise<number> {
  if (of) await requireHome(tx, of);
  const tick = ((await tx.get<number>("meta", "tick")) ?? 0) + 1;
  tx.put("meta", tick, "tick");
  return tick;
}

/** Raises: locked (another's phone now, or taken out of service); store-gone (the browser has emptied the database) */
export async function requireHome(tx: Tx, of: VaultRow): Promise<void> {
  const there = await tx.get<VaultRow>("meta", "vault");
  if (there?.id === of.id) return;
  if (!there && (await tx.get("meta", "wiped")) === undefined) throw problem("store-gone", "the browser has emptied the database");
  throw problem("locked", "this phone has changed hands");
}
