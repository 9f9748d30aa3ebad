/** Each errand of the sync: one request (or one local repair), its answer on disk, and what it tells the step function. */
import type { Ports, StorageState } from "../contract.ts";
import type { Entry } from "../domain/change.ts";
import { problem } from "../domain/problem.ts";
import { SCHEMA_VERSION } from "../domain/kinds.ts";
import { standingAfter } from "../domain/standing.ts";
import { eraseTakenBack } from "../store/erase.ts";
import { load } from "../store/load.ts";
import { emptyMirror, type PulledRow, putPage, putProgress } from "../store/mirror.ts";
import type { Opened, Progress, Session } from "../store/opened.ts";
import { forgetOutcomes, prune, putOutcomes } from "../store/outbox.ts";
import { becomeReplica, toRenumber } from "../store/renumber.ts";
import { noteRecoveryKey } from "../store/vault.ts";
import { nextBatch, pushBody } from "./batch.ts";
import { hasAllFrom, type Hello, judgeHello } from "./hello.ts";
import { differing, sumsOf } from "./receipt.ts";
import { offsetOf } from "./redeem.ts";
import type { Effect, Errand, Told, Todo } from "./step.ts";
import type { Transport } from "./transport.ts";
import { type Enrolled, outcomeOf, type Pulled, type Pushed, sessionOf, type Sums } from "./wire.ts";

type Order = Extract<Effect, { do: "errand" }>;

export class Errands {
  private newEpoch: string | undefined;
  /** Changes of the round under way, for the screen. */
  round = { total: 0, done: 0 };

  constructor(
    private readonly ports: Ports,
    private readonly open: Opened,
    private readonly transport: Transport,
    private readonly storage: () => StorageState,
    private readonly changed: () => void,
  ) {}

  /** Does what was ordered. Raises: every problem of the catalogue, and the phone's own. */
  async run(order: Order): Promise<Told> {
    this.point(order.errand, "begin");
    const told = await this[order.errand](order);
    return { ...told, waiting: this.open.shelf.waiting().length };
  }

  waiting(): number {
    return this.open.shelf.waiting().length;
  }

  private async hello(): Promise<Omit<Told, "waiting">> {
    const { progress, counter, shelf } = this.open;
    const before = this.ports.now();
    const hello = await this.ask<Hello>("hello", { method: "GET", path: "/sync/v1/hello", timeout_ms: 20_000 });
    const offset_ms = offsetOf(this.ports, before, hello.server_time_ms);
    const { server_time_ms: server_ms, durable_seq, roles = progress.roles } = hello;
    await this.keep(putProgress(this.open, { ...progress, offset_ms, server_ms, durable_seq, ...(roles && { roles }) }));
    if (hello.recovery_key) await noteRecoveryKey(this.open.cellar, hello.recovery_key);
    const mine = shelf.entries.filter((entry) => entry.gen === counter.gen);
    const todo = judgeHello(
      {
        epoch: progress.epoch,
        lastN: counter.n,
        answered: mine.reduce((most, entry) => (entry.outcome ? Math.max(most, entry.n) : most), 0),
        hashAt: (n) => mine.find((entry) => entry.n === n)?.hash,
        olderWork: mine.length < shelf.entries.length,
        mustRegister: progress.must_register !== undefined,
      },
      hello,
    );
    this.newEpoch = hello.epoch;
    return { n: hello.last_n, todo };
  }

  private async push(order: Order): Promise<Omit<Told, "waiting">> {
    const { shelf, session, counter, progress } = this.open;
    const waiting = shelf.waiting();
    const batch = nextBatch(waiting, order.batch, session?.limits.push_bytes ?? 0);
    if (this.round.done >= this.round.total) this.round = { total: 0, done: 0 };
    this.round.total = this.round.done + waiting.length;
    const started = this.ports.now();
    this.sendingIs(batch);
    try {
      const told = await this.ask<Pushed>("push", { method: "POST", path: "/sync/v1/push", text: pushBody(progress.epoch, batch) });
      const byN = new Map(batch.map((entry) => [entry.n, entry]));
      const heard = told.outcomes.flatMap((one) => {
        const entry = byN.get(one.n);
        return entry ? [{ entry, outcome: outcomeOf(one, told.server_time_ms) }] : [];
      });
      await this.keep(putOutcomes(this.open, counter.gen, heard));
      this.round.done += heard.length;
      return { n: told.last_n, sent: batch.length, took_ms: this.ports.now() - started, moved: heard.length > 0 };
    } finally {
      this.sendingIs([]);
    }
  }

  private async pull(order: Order): Promise<Omit<Told, "waiting">> {
    const head = this.head();
    const { cursor } = this.open.progress;
    const page = await this.askPage("pull", { cursor, limit: order.page, sums: order.sums ? 1 : undefined });
    if (page === undefined) return this.nothingNew(head);
    return this.takePage(page, page.scopes?.dropped ?? [], head);
  }

  /** One scope is fetched anew and replaced in one transaction; cursor, other scopes and outbox stay as they are (L16). */
  private async repair(order: Order): Promise<Omit<Told, "waiting">> {
    const scope = order.scope ?? "";
    const rows: PulledRow[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await this.askPage("repair", cursor ? { cursor, limit: order.page } : { refetch: scope, limit: order.page });
      rows.push(...(page?.changes ?? []).filter((row) => row.scope === scope || row.gone === scope));
      if (!page?.more) break;
      if (page.cursor === cursor) throw problem("malformed-answer", "a scope could not be fetched", { device_action: "stop" });
      cursor = page.cursor;
    }
    await this.keep(putPage(this.open, { rows, dropped: [scope] }, this.open.progress));
    return {};
  }

  private askPage(errand: Errand, more: Record<string, string | number | undefined>): Promise<Pulled | undefined> {
    const query = { schema_version: SCHEMA_VERSION, ...more };
    return this.ask<Pulled | undefined>(errand, { method: "GET", path: "/sync/v1/pull", query });
  }

  /** What the server is known to have: a pull that starts later and ends has brought it all. */
  private head(): number {
    return this.open.shelf.entries.reduce((most, { outcome }) => Math.max(most, outcome?.seq ?? 0), 0);
  }

  private async nothingNew(head: number): Promise<Omit<Told, "waiting">> {
    const { progress } = this.open;
    const seq = Math.max(progress.seq, progress.pulled_seq ?? 0, head);
    const now = { ...progress, seq, whole: true };
    if (progress.leaving) await this.keep(putPage(this.open, { rows: [], dropped: [] }, now));
    else if (seq !== progress.seq || !progress.whole) await this.keep(putProgress(this.open, now));
    await eraseTakenBack(this.open);
    return { seq, more: false };
  }

  private async takePage(page: Pulled, dropped: string[], head: number): Promise<Omit<Told, "waiting">> {
    const before = this.open.progress;
    const told = { roles: page.roles, dropped: before.whole ? dropped : [], at_ms: before.server_ms };
    const now = { ...progressAfter(before, page, head), ...standingAfter(before, told, (id) => villageName(this.open, id)) };
    await this.keep(putPage(this.open, { rows: page.changes, dropped, more: page.more }, now));
    const done = { seq: now.seq, more: page.more, moved: !page.more || page.cursor !== before.cursor };
    if (page.more) return done;
    await eraseTakenBack(this.open);
    await prune(this.open);
    return page.sums ? { ...done, ...(await this.receipt(page, page.sums)) } : done;
  }

  /** Green only if nothing waits, every own number is there, and both sides hold the same records, all of them readable (L17). */
  private async receipt(page: Pulled, sums: Sums): Promise<Pick<Told, "matched" | "mismatched" | "todo">> {
    const { progress, counter } = this.open;
    if (this.waiting() > 0) return {};
    if (page.acked < counter.n) return { matched: false, todo: [{ errand: "resume", from: page.acked + 1 }] };
    const mismatched = differing(sumsOf(this.open.shelf), sums);
    const whole = this.open.shelf.unreadable.size === 0;
    const matched = mismatched.length === 0 && whole;
    const arrived = matched ? { ...counter, at_ms: Math.round(this.ports.now() + progress.offset_ms) } : undefined;
    await this.keep(putProgress(this.open, { ...progress, arrived }));
    return mismatched.length > 0 || whole ? { matched, mismatched } : {};
  }

  /** A new replica with the old token; the change ids make a second application impossible (DESIGN 5.1). */
  private async register(): Promise<Omit<Told, "waiting">> {
    const session = this.signedIn();
    const { label, platform } = session;
    const body = { continues: session.replica, label, platform, schema_version: SCHEMA_VERSION };
    const told = await this.ask<Enrolled>("register", { method: "POST", path: "/auth/v1/replicas", body });
    await this.becomes(sessionOf(told, label, platform), this.open.progress.must_register === "all");
    return {};
  }

  /** Also after an invitation was redeemed on an open phone. */
  async becomes(session: Session, all: boolean): Promise<void> {
    const progress = { ...this.open.progress, acked: 0, must_register: undefined, arrived: undefined, roles: undefined };
    const done = await becomeReplica(this.open, session, progress, toRenumber(this.open, all));
    if (!done) throw problem("local-fault", "another tab was registering at the same time");
  }

  private async report(): Promise<Omit<Told, "waiting">> {
    const { persisted, usage, quota, level } = this.storage();
    const { offset_ms } = this.open.progress;
    const storage = { persisted, usage, quota, level };
    const body = { storage, app_version: this.ports.appVersion, pending: this.waiting(), clock_offset_ms: Math.round(offset_ms) };
    await this.ask("report", { method: "PUT", path: "/sync/v1/replica", body });
    return {};
  }

  /** Outcomes first, the new epoch last: a crash in between repeats the whole and forgets nothing. */
  private async rebuild(order: Order): Promise<Omit<Told, "waiting">> {
    const { counter, shelf, progress } = this.open;
    const from = order.from;
    const older = shelf.entries.some((entry) => entry.gen < counter.gen);
    if (from !== undefined) await forgetOutcomes(this.open, (entry) => entry.gen === counter.gen && entry.n >= from);
    const register = from !== undefined && older ? "all" : progress.must_register;
    await this.keep(emptyMirror(this.open, this.newEpoch ?? progress.epoch, register));
    return {};
  }

  /** The server waits for `from`. Where that number or a later one is no longer here, a new replica sends what is kept. */
  private async resume(order: Order): Promise<Omit<Told, "waiting">> {
    const from = order.from ?? 0;
    if (!this.open.shelf.entries.some((entry) => entry.n === from)) await load(this.open);
    const { counter, shelf, progress } = this.open;
    const mine = shelf.entries.filter((entry) => entry.gen === counter.gen);
    if (hasAllFrom(from, mine.map((entry) => entry.n), counter.n)) {
      await forgetOutcomes(this.open, (entry) => entry.gen === counter.gen && entry.n >= from);
      return {};
    }
    await this.keep(putProgress(this.open, { ...progress, must_register: "all" }));
    const register: Todo = { errand: "register" };
    return { todo: [register] };
  }

  private async ask<T>(errand: Errand, call: Omit<Parameters<Transport["call"]>[0], "token">): Promise<T> {
    const answer = await this.transport.call({ ...call, token: this.signedIn().token });
    this.point(errand, "answered");
    return answer.body as T;
  }

  private signedIn(): Session {
    if (!this.open.session)
      throw problem("unknown-replica", "this phone is not signed in", { status: 401, device_action: "enrol" });
    return this.open.session;
  }

  /** Another tab was quicker: what it wrote is read, and the errand counts as not done. */
  private async keep(written: Promise<boolean>): Promise<void> {
    if (await written) return;
    await load(this.open);
    throw problem("local-fault", "another tab was syncing at the same time");
  }

  private sendingIs(batch: Entry[]): void {
    this.open.shelf.sending = new Set(batch.map((entry) => entry.wire.change));
    this.open.shelf.changed(undefined);
    this.changed();
  }

  private point(errand: Errand, what: string): void {
    this.ports.faults?.(`sync:${errand}:${what}`);
  }
}

/** As it was known before it left. */
function villageName(open: Opened, id: string): string {
  const fields = open.shelf.rows.get(id)?.fields ?? {};
  return String(fields.short_name ?? fields.name ?? "");
}

/**
 * `head`: what was known to be on the server before this page was asked for; a last page has brought it.
 *
 * `seq` is where edits say they stand (L2), so it moves only when a pull has come to its end: a row that was written again
 * comes with a later page, and until then the phone shows it as it was.
 */
function progressAfter(before: Progress, page: Pulled, head: number): Progress {
  const pulled = page.changes.reduce((most, row) => Math.max(most, row.seq), Math.max(before.seq, before.pulled_seq ?? 0));
  return {
    ...before,
    cursor: page.cursor,
    acked: page.acked,
    seq: page.more ? before.seq : Math.max(pulled, head),
    pulled_seq: pulled,
    durable_seq: page.durable_seq,
    pulled_rows: before.pulled_rows + page.changes.length,
    whole: before.whole || !page.more,
  };
}
