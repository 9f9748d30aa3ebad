/** Whose phone this is right now: nobody's, locked, open or broken, and how it goes from one to the other. */
import type { Enrolment, Phase, Ports } from "./contract.ts";
import { uuid7 } from "./domain/ids.ts";
import { problem, toProblem } from "./domain/problem.ts";
import { Shelf } from "./domain/shelf.ts";
import { Views } from "./domain/view.ts";
import { Handover } from "./handover.ts";
import { forgetEnrolment, nameEnrolment } from "./store/enrolling.ts";
import { Lodgings } from "./store/directory.ts";
import { Health } from "./store/health.ts";
import { eraseCache, keepDrop, keepVault, lookIn, mend, moveIn, type Outside } from "./store/household.ts";
import type { Cellar } from "./store/idb.ts";
import { type Damage, load } from "./store/load.ts";
import { Opened, startOf } from "./store/opened.ts";
import { isPassphrase } from "./store/prove.ts";
import { MOST_TRIES, Tries } from "./store/tries.ts";
import { argon2, type OpenVault, SHORTEST_PIN, unlockVault, type VaultRow } from "./store/vault.ts";
import { Errands } from "./sync/errands.ts";
import { offsetOf, redeem } from "./sync/redeem.ts";
import { Shell } from "./sync/shell.ts";
import type { Running } from "./sync/state.ts";
import { Transport } from "./sync/transport.ts";
import { sessionOf } from "./sync/wire.ts";

/** Between two readings of what another tab wrote: a tab that saves without a pause must not keep this one reading. */
const REREAD_MS = 300;

export class Home {
  readonly lodgings: Lodgings;
  readonly transport: Transport;
  private tries: Tries;
  readonly handover: Handover;
  readonly health: Health;
  readonly kdf;
  outside: Outside = { waiting: 0, captures: 0, handed: 0, handedNotes: 0 };
  running: Running | undefined;
  private damage: Damage | undefined;
  private unreadable = false;
  wantsSync = false;
  private named = false;
  private heard = false;
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly ports: Ports,
    private readonly told: () => void,
  ) {
    this.lodgings = new Lodgings(ports, ports.dbName ?? "zoufang");
    this.transport = new Transport(ports);
    this.tries = new Tries(ports, this.cellar);
    this.health = new Health(ports);
    this.kdf = ports.kdf ?? argon2;
    ports.channel?.listen(() => this.refresh());
    this.handover = new Handover(ports, this, told);
  }

  get cellar(): Cellar {
    return this.lodgings.current;
  }

  /** Who was here last, and what can be known of him without a key. */
  async arrive(): Promise<void> {
    await this.lodgings.read().catch(() => undefined); // a base that cannot be read is told by the look that follows
    await this.look();
  }

  /** Reads what can be known without a key. A database that does not open leaves the phone broken, not crashed. */
  async look(): Promise<void> {
    try {
      this.outside = await lookIn(this.cellar);
      this.unreadable = false;
      const { vault, wiped } = this.outside;
      if (vault) await this.lodgings.settle(this.cellar.name, "");
      this.health.noteStart(vault !== undefined || wiped !== undefined || this.lodgings.all.length > 0);
    } catch {
      this.unreadable = true;
    }
    this.told();
  }

  phase(): Phase {
    if (this.unreadable || this.damage) return "broken";
    if (this.running) return "open";
    return this.outside.vault ? "locked" : "absent";
  }

  async enrol(input: Enrolment): Promise<void> {
    const own = this.running;
    if (!own) requireLong(input.pin);
    const before = this.ports.now();
    const enrolment = await nameEnrolment(this.ports, this.cellar, input.code ?? (input.passkey ? "desk passkey" : `desk ${input.login}`));
    const told = await redeem(this.transport, { ...input, enrolment });
    const session = sessionOf(told, input.label, input.platform);
    if (own && own.open.session?.account === told.account) {
      await own.errands.becomes(session, told.epoch !== own.open.progress.epoch);
      own.shell.enrolled();
    } else {
      requireLong(input.pin);
      this.lock();
      const offset_ms = offsetOf(this.ports, before, told.server_time_ms);
      const progress = { ...startOf(told.epoch), offset_ms, server_ms: told.server_time_ms };
      const { recovery_key } = told;
      const open = await moveIn(this.ports, this.cellar, this.kdf, {
        id: this.newId(),
        pin: input.pin,
        session,
        progress,
        recovery_key,
      });
      this.outside = { vault: open.vaultRow, waiting: 0, captures: 0, handed: 0, handedNotes: 0 };
      await this.lodgings.settle(this.cellar.name, "");
      await this.move(open);
    }
    void forgetEnrolment(this.cellar);
    this.health.noteEnrolled();
    this.told();
    if (this.wantsSync) void this.running?.shell.wake("start");
  }

  async proves(pin: string): Promise<void> {
    const row = this.opened().open.vaultRow;
    const failed = await this.tries.begin();
    if (await isPassphrase(this.ports.crypto, this.kdf, row, pin)) return this.tries.succeeded();
    if (failed >= MOST_TRIES) this.lock();
    throw await this.wrongPin(failed);
  }

  async unlock(pin: string): Promise<void> {
    if (this.running) return;
    const { vault: row, recoveryKey } = await lookIn(this.cellar);
    if (!row) throw problem("not-enrolled", "this phone is not enrolled");
    if (!row.pin) throw problem("pin-erased", "ten wrong tries: only the office's recovery key opens what is left");
    const failed = await this.tries.begin();
    const opened = await unlockVault(this.ports.crypto, this.kdf, row, pin, recoveryKey);
    if (!opened) throw await this.wrongPin(failed);
    await this.tries.succeeded();
    if (opened.row.recoveryFor !== row.recoveryFor) await keepVault(this.cellar, opened.row);
    await this.move(new Opened(this.ports, this.cellar, opened.row, opened.vault, new Shelf()));
  }

  /** A new passphrase stands; the ten tries begin anew. */
  async moveBack(row: VaultRow, vault: OpenVault): Promise<void> {
    this.tries.stop();
    this.tries = new Tries(this.ports, this.cellar);
    await this.look();
    requireSame(row, this.outside.vault);
    await this.move(new Opened(this.ports, this.cellar, row, vault, new Shelf()));
  }

  private async wrongPin(failed: number): Promise<Error> {
    if (failed < MOST_TRIES) return this.tries.wrongPin(failed);
    await eraseCache(this.cellar);
    await this.look();
    return problem("pin-erased", "ten wrong tries: the readable cache is erased, own work is kept sealed", { tries_left: 0 });
  }

  private async move(open: Opened): Promise<void> {
    const damage = await load(open);
    const bad = damage.session || damage.mirror.length > 0 || damage.outbox.length > 0;
    this.damage = bad ? damage : undefined;
    const views = new Views(open.shelf, () => open.session && { ...open.session, roles: open.roles });
    const errands = new Errands(this.ports, open, this.transport, () => this.health.state, this.told);
    const shell = new Shell(this.ports, open, errands, () => this.followShell());
    this.running = { open, views, errands, shell };
    if (!bad) void keepDrop(open).catch(() => undefined); // tried again at the next unlock
    this.named = false;
    void this.noteName(open);
    void this.measure();
    if (this.wantsSync && !bad) shell.start();
    this.told();
  }

  /** A phone that begins to run out of room says so to its owner at once and to the office with the next round. */
  async measure(): Promise<void> {
    const { level, persisted } = this.health.state;
    await this.health.measure();
    const now = this.health.state;
    if (now.level !== level || now.persisted !== persisted) this.running?.shell.healthChanged();
    this.told();
  }

  lock(): void {
    const { running } = this;
    if (!running) return;
    const [waiting, captures] = [running.errands.waiting(), running.open.captures.size];
    this.outside = { ...this.outside, waiting, captures, handed: 0, handedNotes: 0 };
    running.shell.close();
    this.transport.abort();
    this.running = undefined;
    this.damage = undefined;
    void this.noteName(running.open);
    void this.handover.lookAgain().catch(() => undefined); // till then nothing counts as handed in
    this.told();
    if (this.wantsSync) void this.handover.wake();
  }

  /** Somebody else takes the phone: one who is listed, or a newcomer. What the one before had stays sealed. */
  async switchTo(db = this.lodgings.vacant()): Promise<void> {
    this.lock();
    await this.lodgings.choose(db);
    this.tries.stop();
    this.tries = new Tries(this.ports, this.cellar);
    await this.look();
    if (this.wantsSync) void this.handover.wake();
  }

  private followShell(): void {
    if (this.running && !this.named) void this.noteName(this.running.open);
    this.handover.follow();
    this.told();
  }

  /** For the lock screen of a phone that several people use. */
  private async noteName({ cellar, session, shelf }: Opened): Promise<void> {
    const name = session && shelf.rows.get(session.person)?.fields.name;
    if (typeof name !== "string") return;
    this.named = true;
    await this.lodgings.settle(cellar.name, name).catch(() => undefined); // the list keeps the old one
  }

  async rebuild(): Promise<void> {
    if (this.unreadable) await this.look();
    if (!this.running) return;
    const { open } = this.running;
    await mend(open, this.damage ?? { session: false, mirror: [], outbox: [], other: 0 });
    this.lock();
    await this.move(new Opened(this.ports, this.cellar, open.vaultRow, open.vault, new Shelf()));
  }

  /** The work is done, also where the browser has emptied the database meanwhile: then what memory holds is written first. */
  async survives<T>(work: (open: Opened) => Promise<T>): Promise<T> {
    const { open } = this.opened();
    try {
      return await work(open);
    } catch (thrown) {
      if (toProblem(thrown).slug !== "store-gone") throw thrown;
      await load(open);
      await this.lodgings.choose(this.cellar.name);
      return work(open);
    }
  }

  opened(): Running {
    if (!this.running) throw problem(this.outside.vault ? "locked" : "not-enrolled", "unlock the phone first");
    return this.running;
  }

  newId(): string {
    return uuid7(this.ports.now(), this.ports.crypto.getRandomValues(new Uint8Array(16)));
  }

  close(): void {
    this.wantsSync = false;
    this.lock();
    this.tries.stop();
    this.handover.close();
    this.lodgings.close();
  }

  /** Another tab wrote something. However often it says so, one reading is under way, and one more follows after a pause. */
  private refresh(): void {
    this.heard = true;
    this.refreshing ??= this.reread().then(() => {
      const rest = () => {
        this.refreshing = undefined;
        if (this.heard || this.running?.open.stale) this.refresh();
      };
      this.ports.setTimer(rest, REREAD_MS);
    });
  }

  private async reread(): Promise<void> {
    this.heard = false;
    const { running } = this;
    const there = await lookIn(this.cellar).catch(() => undefined);
    const emptied = there && !there.vault && !there.wiped;
    if (running && there && !emptied && there.vault?.id !== running.open.vaultRow.id) this.lock();
    else if (running) await load(running.open).catch(() => undefined);
    if (!this.running) await this.look();
    this.told();
  }
}

function requireSame(row: VaultRow, there: VaultRow | undefined): void {
  if (row.id !== there?.id) throw problem("locked", "this phone has changed hands");
}

export function requireLong(pin: string): void {
  if ([...pin].length < SHORTEST_PIN) throw problem("pin-too-short", `the passphrase needs ${SHORTEST_PIN} characters`);
}
