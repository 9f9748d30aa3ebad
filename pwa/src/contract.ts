/** What the core needs from its surroundings and what it offers to the screens. Types only; core.ts builds it. */
import type { Ballot } from "./ballot.ts";
import type { Held } from "./domain/ballot/held.ts";
import type { LostScopes } from "./domain/standing.ts";
import type { TallyDoor } from "./tallykeys.ts";

/** Everything impure the core may touch. Tests and the fault run give their own. */
export interface Ports {
  idb: IDBFactory;
  fetch: typeof fetch;
  crypto: Crypto;
  /** UTC milliseconds of the device; shown and sent, never used to order or to expire anything (L14). */
  now(): number;
  random(): number;
  /** Runs `fn` once after `ms`; returns how to cancel it. */
  setTimer(fn: () => void, ms: number): () => void;
  online(): boolean;
  locks?: LockManager;
  storage?: StorageManager;
  /** Tells the other tabs that something was written; without it they notice at their next turn. */
  channel?: { post(): void; listen(heard: () => void): void };
  /** Survives the eviction of IndexedDB, so that an emptied phone is told apart from a new one. */
  sentinel?: { get(): string | null; set(value: string): void };
  /** 32 bytes from a passphrase; Argon2id with 46 MiB where none is given. */
  kdf?: (pin: string, salt: Uint8Array) => Promise<Uint8Array>;
  hub?(): string | null; // the address of the laptop in the hall, if somebody entered one
  dbName?: string;
  baseUrl?: string;
  appVersion: string;
  /** May throw: the fault run breaks the core at a named point. */
  faults?: (point: string) => void;
}

/** RFC 9457, with what an offline queue should do about it. */
export interface Problem {
  slug: string;
  status?: number;
  title: string;
  detail?: string;
  device_action?: string;
  errors?: { pointer: string; detail: string }[];
  retry_after_s?: number;
  /** change-gap: the number the server waits for. */
  expected?: number;
  /** step-up-needed: what proves who one is; a passkey may do, too. */
  how?: "password" | "passkey" | "set-password";
  passkey?: boolean;
  guard?: string; // round-guard: what is still missing
  /** wrong-pin: how long the next try has to wait, and how many are left before the readable cache is erased. */
  wait_s?: number;
  tries_left?: number;
}

/** How somebody comes in: by an invitation, or at a desk with name and password or with a passkey; with the passphrase of this browser. */
export interface Enrolment {
  code?: string;
  login?: string;
  password?: string;
  /** What a passkey signed, as the wire has it. */
  passkey?: object;
  label: string;
  pin: string;
  platform: string;
}

export type Phase = "absent" | "locked" | "open" | "broken";
export type Place = "device" | "sending" | "arrived" | "needs-you";
export type Fields = Record<string, unknown>;

export interface View {
  id: string;
  kind: string;
  fields: Fields;
  seq: number;
  parent?: string;
  scope?: string;
  deleted: boolean;
  createdBy: string;
  createdAtMs: number;
  updatedBy: string;
  updatedAtMs: number;
  capturedAtMs?: number;
  place: Place;
  /** Names of fields with own edits that the server has not acknowledged. */
  pending: string[];
}

export interface Township {
  id: string;
  name: string;
  region_code?: string;
  is_demo: boolean;
  time_zone: string;
  /** A laptop in the hall answers here: it holds one round and no more. */
  at_hub?: boolean;
}

export interface Me {
  account: string;
  person: string;
  replica: string;
  roles: { role: string; village?: string }[];
  township: Township;
}

/** What one form changes of one record. Shape: `patch` field → value; `add` and `remove` set field → elements. */
export interface Amends {
  patch: object;
  add: Record<string, unknown[]>;
  remove: Record<string, unknown[]>;
}

export interface SyncState {
  running: boolean;
  online: boolean;
  /** Changes on this phone only. */
  waiting: number;
  /** How many of them lie sealed at the server: kept, but not yet recorded. */
  handed?: number;
  /** Changes of the round under way, and how many of them have their outcome. */
  total: number;
  done: number;
  quarantined: number;
  conflicts: number;
  /** Records that the server holds and cannot open; nothing is green while there are any. */
  unreadable?: number;
  /** Server time of the last matching receipt with an empty outbox; only this is green (L17). */
  arrivedAtMs?: number;
  /** The loop breaker stopped the sync; a tap on 立即同步 starts it again. */
  halted?: Problem;
  lastProblem?: Problem;
  /** Nobody has read yet what left this phone with a role. */
  lost?: LostScopes;
  firstSync?: { done: number; total?: number };
  locked: boolean;
}

export interface StorageState {
  persisted: boolean | null;
  usage: number;
  quota: number;
  evicted: boolean;
  level: "ok" | "warn" | "text-only";
  lastBackupAtMs?: number;
}

export interface OutboxItem {
  n: number;
  record: string;
  kind: string;
  action: string;
  at_ms: number;
  state: "waiting" | "quarantined";
  problem?: Problem;
  /** What the change says, flat; and, of a command, its name. */
  fields: Fields;
  command?: string;
  /** Its author has left it to the office. */
  with_office?: boolean;
}

export interface HistoryItem {
  n: number;
  action: string;
  at_ms: number;
  /** waiting, applied, merged, conflict, quarantined, let-go, released or rejected. */
  outcome: string;
  fields: Fields;
  /** Emptied because consent was taken back. */
  erased?: boolean;
}

export interface Draft {
  key: string;
  value: unknown;
  at_ms: number;
}

export interface Capture {
  id: string;
  text: string;
  at_ms: number;
}

/** A phone whose passphrase is forgotten, asking for its key. Bytes in base64. */
export interface RecoveryRequest {
  vault: string;
  wrap: { epk: string; iv: string; ct: string };
  public_key: string;
}

/** Shape: `digits` to read out to the office; `text` for a phone without a network; `sent` the server has it. */
export interface Recovery {
  digits: string;
  text: string;
  sent: boolean;
  answered: boolean;
}

/** One of the people who use this phone. Shape: `id` of his place on it; `name` "" until his township has been read. */
export interface Housemate {
  id: string;
  name: string;
  current: boolean;
}

export interface Core {
  phase(): Phase;
  me(): Me | undefined;
  /** Redeems an invitation; the passphrase has at least ten characters. On an open phone of the same account it keeps all work. */
  enrol(input: Enrolment): Promise<void>;
  /** Whether this is the phone's passphrase; a wrong one counts on the ladder of the lock. */
  proves(pin: string): Promise<void>;
  unlock(pin: string): Promise<void>;
  lock(): void;
  /** The passphrase is forgotten: asks the office for the key, or looks for its answer. Undefined where nobody can help. */
  askRecovery(): Promise<Recovery | undefined>;
  /** The office's answer as a text. */
  takeRecovery(text: string): Promise<void>;
  /** With the answer: a new passphrase, and the phone is open as it was. */
  recover(pin: string): Promise<void>;
  /** The office's half, with the printed key, which goes nowhere from here. */
  answerRecovery(asked: RecoveryRequest, printed: string): Promise<{ answer: RecoveryRequest["wrap"]; text: string }>;
  readRecovery(text: string): RecoveryRequest;
  recoveryDigits(public_key: string): Promise<string>;
  /** Who uses this phone; each has his own passphrase and sees nothing of the others. */
  housemates(): Housemate[];
  /** Locks, and turns to one of them, or to a newcomer who will enrol. */
  switchTo(id?: string): Promise<void>;
  /** The office took this phone out of service: when, and how much could not be handed in and is kept sealed. */
  wiped(): { at_ms: number; kept: number; ballots?: number } | undefined;
  /** Notes taken while locked that lie sealed at the server. */
  handedNotes(): number;

  list(kind: string): View[];
  get(id: string): View | undefined;
  children(parent: string, kind?: string): View[];
  mirrorSeq(): number;
  history(id: string): HistoryItem[];
  /** Records that are deleted, as far as this phone knows them. */
  deleted(): View[];

  create(kind: string, fields: object, o?: { id?: string; draft?: string }): Promise<string>;
  patch(id: string, fields: object, o?: { opened?: number; draft?: string }): Promise<void>;
  command(id: string, command: string, fields?: object): Promise<void>;
  add(id: string, field: string, elements: unknown[]): Promise<void>;
  remove(id: string, field: string, elements: unknown[]): Promise<void>;
  /** Everything one form says about a record, in one transaction and one group. */
  amend(id: string, amends: Amends, o: { opened: number; draft: string }): Promise<void>;
  delete(id: string): Promise<void>;
  restore(id: string): Promise<void>;
  settle(conflict: string, value: unknown): Promise<void>;
  /** A new id in the house's form, for a record that a form wants to name before it is saved. */
  newId(): string;

  draft(key: string): unknown;
  saveDraft(key: string, value: unknown): Promise<void>;
  dropDraft(key: string): Promise<void>;
  drafts(): Draft[];

  capture(text: string, atMs?: number): Promise<void>;
  captures(): Capture[];
  dropCapture(id: string): Promise<void>;
  captureCount(): number;

  /** The evaluator's ballot; its code comes with the first call. Raises: locked, not-enrolled */
  ballot(): Promise<Ballot>;
  /** What this phone holds of a round. */
  held(round: string): Held | undefined;

  sync(): SyncState;
  syncNow(): Promise<void>;
  /** A person has read what left the phone with a role. */
  readLoss(): Promise<void>;
  start(): void;
  stop(): void;
  /** The screen became visible or hidden: polling follows it. */
  visible(now: boolean): void;
  /** The network came back: a pending back-off is cut short. */
  wentOnline(): void;
  outbox(): OutboxItem[];
  letGo(n: number): Promise<void>;
  /** A refused change goes up again with these fields, as a new change that takes its place. */
  resubmit(n: number, fields: object, draft?: string): Promise<void>;
  /** A refused change is left to the office: kept and shown, no longer asked about. */
  leaveToOffice(n: number): Promise<void>;

  storage(): StorageState;
  exportBackup(): Promise<Uint8Array<ArrayBuffer>>;
  importBackup(bytes: Uint8Array, pin: string): Promise<{ changes: number; drafts: number }>;
  rebuild(): Promise<void>;
  subscribe(listener: () => void): () => void;
  api(method: string, path: string, body?: unknown): Promise<unknown>;
  tally: TallyDoor;
  /** Stops everything and closes the database. */
  close(): void;
}
