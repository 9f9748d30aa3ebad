/** The headless phone: phases, and one door to everything the screens and the fault run may do. */
import type {
  Amends,
  Capture,
  Core,
  Draft,
  Enrolment,
  HistoryItem,
  Housemate,
  Me,
  OutboxItem,
  Phase,
  Ports,
  Recovery,
  RecoveryRequest,
  StorageState,
  SyncState,
  View,
} from "./contract.ts";
import { Balloting } from "./balloting.ts";
import type { Ballot } from "./ballot.ts";
import type { Held } from "./domain/ballot/held.ts";
import type { Entry } from "./domain/change.ts";
import { problem } from "./domain/problem.ts";
import { Home } from "./home.ts";
import { Recovering } from "./recovering.ts";
import { exportBackup, importBackup } from "./store/backup.ts";
import { amendRecord, commandRecord, createRecord, deleteOrRestore, editSet, patchRecord, settleConflict } from "./store/edits.ts";
import { dropCapture, dropDraft, putCapture, saveDraft } from "./store/notes.ts";
import { putProgress } from "./store/mirror.ts";
import type { Opened } from "./store/opened.ts";
import { decideRefused, resubmit } from "./store/refused.ts";
import type { VaultRow } from "./store/vault.ts";
import { syncState } from "./sync/state.ts";
import { type TallyDoor, TallyKeys } from "./tallykeys.ts";

export type * from "./contract.ts";

export async function createCore(ports: Ports): Promise<Core> {
  if (!ports.idb) throw problem("broken", "this browser has no IndexedDB");
  const core = new Pocket(ports);
  await core.arrive();
  return core;
}

class Pocket implements Core {
  private readonly home: Home;
  private readonly recovering: Recovering;
  readonly tally: TallyDoor;
  private readonly balloting: Balloting;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly ports: Ports) {
    this.home = new Home(ports, () => this.told());
    this.recovering = new Recovering(ports, this.home);
    this.tally = new TallyKeys(ports, this.home, () => this.told(), (method, path, body) => this.api(method, path, body));
    this.balloting = new Balloting(ports, this.home, () => this.told());
  }

  arrive = (): Promise<void> => this.home.arrive();
  phase = (): Phase => this.home.phase();
  enrol = (input: Enrolment): Promise<void> => this.home.enrol(input);
  proves = (pin: string): Promise<void> => this.home.proves(pin);
  unlock = (pin: string): Promise<void> => this.home.unlock(pin);
  lock = (): void => this.home.lock();
  rebuild = (): Promise<void> => this.home.rebuild();
  close(): void {
    this.home.close();
    this.balloting.notice();
  }
  askRecovery = (): Promise<Recovery | undefined> => this.recovering.ask();
  takeRecovery = (text: string): Promise<void> => this.recovering.take(text);
  recover = (pin: string): Promise<void> => this.recovering.finish(pin);
  answerRecovery = (asked: RecoveryRequest, printed: string) => this.recovering.answer(asked, printed);
  readRecovery = (text: string): RecoveryRequest => this.recovering.read(text);
  recoveryDigits = (public_key: string): Promise<string> => this.recovering.digits(public_key);
  switchTo = (id?: string): Promise<void> => this.home.switchTo(id);
  wiped = (): ReturnType<Core["wiped"]> => this.home.outside.wiped;
  handedNotes = (): number => this.home.outside.handedNotes;
  housemates(): Housemate[] {
    const { lodgings, cellar } = this.home;
    return lodgings.all.map(({ db, name }) => ({ id: db, name, current: db === cellar.name }));
  }

  me(): Me | undefined {
    const open = this.home.running?.open;
    const session = open?.session;
    if (!open || !session) return undefined;
    const roles = open.roles.map(({ role, village }) => (village ? { role, village } : { role }));
    return { account: session.account, person: session.person, replica: session.replica, roles, township: session.township };
  }

  deleted = (): View[] => this.home.running?.views.deleted() ?? [];
  list = (kind: string): View[] => this.home.running?.views.list(kind) ?? [];
  get = (id: string): View | undefined => this.home.running?.views.get(id);
  children = (parent: string, kind?: string): View[] => this.home.running?.views.children(parent, kind) ?? [];
  mirrorSeq = (): number => this.home.running?.open.progress.seq ?? 0;
  newId = (): string => this.home.newId();

  history(id: string): HistoryItem[] {
    const shelf = this.home.running?.open.shelf;
    const own = shelf?.entriesOf(id) ?? [];
    return own.map((entry) => ({ ...brief(entry), outcome: shelf?.stateOf(entry) ?? "waiting" }));
  }

  create(kind: string, fields: object, o: { id?: string; draft?: string } = {}): Promise<string> {
    return this.written((open) => createRecord(open, kind, fields, o));
  }
  patch(id: string, fields: object, o: { opened?: number; draft?: string } = {}): Promise<void> {
    return this.written((open) => patchRecord(open, id, fields, o));
  }
  command(id: string, command: string, fields: object = {}): Promise<void> {
    return this.written((open) => commandRecord(open, id, command, fields));
  }
  add(id: string, field: string, elements: unknown[]): Promise<void> {
    return this.written((open) => editSet(open, id, "add", field, elements));
  }
  remove(id: string, field: string, elements: unknown[]): Promise<void> {
    return this.written((open) => editSet(open, id, "remove", field, elements));
  }
  amend(id: string, amends: Amends, o: { opened: number; draft: string }): Promise<void> {
    return this.written((open) => amendRecord(open, id, amends, o));
  }
  delete(id: string): Promise<void> {
    return this.written((open) => deleteOrRestore(open, id, "delete"));
  }
  restore(id: string): Promise<void> {
    return this.written((open) => deleteOrRestore(open, id, "restore"));
  }
  settle(conflict: string, value: unknown): Promise<void> {
    return this.written((open) => settleConflict(open, conflict, value));
  }
  letGo(n: number): Promise<void> {
    return this.written((open) => decideRefused(open, n, { let_go: true }));
  }
  leaveToOffice(n: number): Promise<void> {
    return this.written((open) => decideRefused(open, n, { with_office: true }));
  }
  resubmit(n: number, fields: object, draft?: string): Promise<void> {
    return this.written((open) => resubmit(open, n, fields, draft));
  }

  private async written<T>(work: (open: Opened) => Promise<T>): Promise<T> {
    const { shell } = this.home.opened();
    const result = await this.home.survives(work);
    this.told();
    void this.home.health.persist().then(() => this.home.measure());
    if (this.home.wantsSync && this.phase() === "open") void shell.wake("write");
    return result;
  }

  draft = (key: string): unknown => this.home.running?.open.drafts.get(key)?.value;
  drafts = (): Draft[] =>
    [...(this.home.running?.open.drafts.values() ?? [])].map(({ key, value, at_ms }) => ({ key, value, at_ms }));
  saveDraft = (key: string, value: unknown): Promise<void> =>
    this.home.survives((open) => saveDraft(open, key, value)).then(() => this.told());
  dropDraft = (key: string): Promise<void> => this.home.survives((open) => dropDraft(open, key)).then(() => this.told());

  async capture(text: string, atMs?: number): Promise<void> {
    const vault: VaultRow | undefined = this.home.running?.open.vaultRow ?? this.home.outside.vault;
    if (!vault) throw problem("not-enrolled", "this phone is not enrolled");
    const at_ms = atMs ?? this.ports.now();
    const id = await putCapture(this.ports, this.home.cellar, vault.device.publicRaw, text, at_ms);
    this.home.outside.captures += 1;
    this.home.running?.open.captures.set(id, { id, text, at_ms });
    this.told();
    if (this.home.wantsSync && !this.home.running) void this.home.handover.wake();
  }

  captures = (): Capture[] => [...(this.home.running?.open.captures.values() ?? [])].sort((a, b) => a.at_ms - b.at_ms);
  captureCount = (): number => this.home.running?.open.captures.size ?? this.home.outside.captures;
  dropCapture = (id: string): Promise<void> => dropCapture(this.home.opened().open, id).then(() => this.told());

  ballot = (): Promise<Ballot> => this.balloting.get();
  held = (round: string): Held | undefined => this.balloting.held(round);

  sync = (): SyncState => syncState(this.ports, this.home.running, this.home.outside);
  storage = (): StorageState => ({
    ...this.home.health.state,
    ...(this.home.outside.backupAtMs && { lastBackupAtMs: this.home.outside.backupAtMs }),
  });
  /** A broken phone does not sync: its numbers may have holes until it is rebuilt. */
  syncNow = async (): Promise<void> => {
    const { shell } = this.home.opened();
    if (this.phase() === "broken") throw problem("broken", "rebuild the store first");
    await shell.wake("person");
  };

  readLoss(): Promise<void> {
    return this.home.survives(async (open) => {
      await putProgress(open, { ...open.progress, lost: undefined });
      this.told();
    });
  }

  start(): void {
    this.home.wantsSync = true;
    if (this.phase() === "open") this.home.running?.shell.start();
    void this.home.handover.wake();
  }
  stop(): void {
    this.home.wantsSync = false;
    this.home.running?.shell.stop();
  }
  visible(now: boolean): void {
    if (!this.home.wantsSync) return;
    if (now && this.phase() === "open") this.home.running?.shell.start();
    else this.home.running?.shell.stop();
    if (now) void this.home.handover.wake();
  }
  wentOnline(): void {
    if (this.home.wantsSync && this.phase() === "open") void this.home.running?.shell.wake("online");
    if (this.home.wantsSync) void this.home.handover.wake();
    this.balloting.wake();
    this.told();
  }

  outbox(): OutboxItem[] {
    const shelf = this.home.running?.open.shelf;
    const waiting = (shelf?.waiting() ?? []).map((entry): OutboxItem => ({ ...item(entry), state: "waiting" }));
    const refused = (shelf?.quarantined() ?? []).map(
      (entry): OutboxItem => ({ ...item(entry), state: "quarantined", problem: entry.outcome?.problem, with_office: entry.outcome?.with_office === true }),
    );
    return [...refused, ...waiting];
  }

  async exportBackup(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await exportBackup(this.home.cellar);
    const at_ms = this.ports.now();
    await this.home.cellar.write(["meta"], (tx) => tx.put("meta", at_ms, "backup_at_ms")).catch(() => undefined);
    this.home.outside = { ...this.home.outside, backupAtMs: at_ms };
    this.told();
    return bytes;
  }

  importBackup(bytes: Uint8Array, pin: string): Promise<{ changes: number; drafts: number }> {
    return this.written((open) => importBackup(open, bytes, pin, this.home.kdf));
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    if (this.home.outside.vault && !this.home.running) throw problem("locked", "unlock the phone first");
    const token = this.home.running?.open.session?.token;
    return (await this.home.transport.call({ method, path, ...(token && { token }), ...(body !== undefined && { body }) })).body;
  }

  private told(): void {
    this.balloting.notice();
    for (const listener of this.listeners) listener();
  }
}

function brief(entry: Entry): Omit<HistoryItem, "outcome"> {
  const { command, action, captured_at_ms, fields, erased } = entry.wire;
  return { n: entry.n, action: command ?? action, at_ms: captured_at_ms, fields, ...(erased && { erased }) };
}

function item(entry: Entry): Omit<OutboxItem, "state"> {
  const { record, kind, action, command } = entry.wire;
  return { ...brief(entry), record, kind, action, ...(command && { command }) };
}
