/** A township in memory that speaks the wire as the phone sees it; it merges only as far as these tests need. */
import { createHash } from "node:crypto";
import type { RecoveryRequest } from "../src/contract.ts";
import { canonical } from "../src/domain/canonical.ts";
import { scopeSum } from "../src/domain/sums.ts";
import { FakeLand, type Stored, wireRow } from "./fake-land.ts";

interface Replica {
  account: string;
  token: string;
  lastN: number;
  lastHash: string | null;
  outcomes: Map<number, Record<string, unknown>>;
  revoked: boolean;
  scopes?: string[];
}
interface Cursor {
  e: string;
  s: number;
  a: number;
  p: string[];
}
export interface Seen {
  method: string;
  path: string;
  query: string;
  body: string;
}

export class FakeServer extends FakeLand {
  epoch = "epoch-1";
  now = 1_800_000_000_000;
  durable: number | null = null;
  recoveryKey: string | null = null;
  scopes = ["town:t", "field:v1"];
  /** What hello and a page that changes the scopes say of the roles; nothing, as an older server. */
  roles: { role: string; village?: string }[] | undefined;
  changes = new Map<string, { replica: string; n: number; hash: string; outcome: Record<string, unknown> }>();
  replicas = new Map<string, Replica>();
  codes = new Map<string, string>();
  spent = new Map<string, { enrolment: string | undefined; replica: string; account: string }>();
  /** Who an account belongs to, where a test has a record of him. */
  persons = new Map<string, string>();
  seen: Seen[] = [];
  /** Sealed rows handed in, as they came. */
  parcels: { replica: string; body: string }[] = [];
  /** What a phone with a forgotten passphrase asked, and what the office answered. */
  askedKey: RecoveryRequest | undefined;
  answeredKey: RecoveryRequest["wrap"] | null = null;
  inFlight = 0;
  mostInFlight = 0;
  /** Answers a request in the server's place; undefined lets it through. */
  intercept: (path: string, method: string, body: string) => Response | Promise<Response> | undefined = () => undefined;
  /** Called after the server has done its work, before the answer leaves. */
  cutAfter: (path: string) => boolean = () => false;
  /** Gives another sum than the true one, until repaired. */
  unreadable = new Set<string>();
  badSum: string | undefined;

  invite(account: string): string {
    const code = `CODE-${this.codes.size}`;
    this.codes.set(code, account);
    return code;
  }

  fetch = (async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input), "http://server");
    const method = init?.method ?? "GET";
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    try {
      await Promise.resolve();
      const body = await textOf(init);
      this.seen.push({ method, path: url.pathname, query: url.search, body });
      const instead = await this.intercept(url.pathname, method, body);
      if (instead) return instead;
      const token = new Headers(init?.headers).get("Authorization")?.slice(7) ?? "";
      const answer = this.answer(method, url, token, body);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.cutAfter(url.pathname)) throw new TypeError("cut after the server's work");
      return answer;
    } finally {
      this.inFlight -= 1;
    }
  }) as typeof fetch;

  private answer(method: string, url: URL, token: string, body: string): Response {
    const at = `${method} ${url.pathname}`;
    if (at === "POST /auth/v1/replicas") return this.enrol(JSON.parse(body), token);
    if (url.pathname.startsWith("/sync/v1/recoveries")) return this.recover(method, token, body);
    if (at === "POST /sync/v1/sealed") return this.handIn(token, body);
    const found = [...this.replicas].find(([, replica]) => replica.token === token);
    if (!found) return problem(401, "unknown-replica", { device_action: "enrol" });
    const [id, replica] = found;
    if (replica.revoked && at !== "POST /sync/v1/push") return problem(403, "replica-revoked", { device_action: "stop" });
    const scopes = [...(replica.scopes ?? this.scopes), `own:${replica.account}`];
    if (at === "GET /sync/v1/hello") return json(this.hello(replica));
    if (at === "POST /sync/v1/push") return this.push(id, replica, JSON.parse(body));
    if (at === "GET /sync/v1/pull") return this.pull(replica, scopes, url.searchParams);
    if (at === "PUT /sync/v1/replica") return json({});
    return problem(404, "not-found", { device_action: "stop" });
  }

  private enrol(body: Record<string, string>, token: string): Response {
    const old = body.continues ? this.replicas.get(body.continues) : undefined;
    if (body.continues && (!old || old.token !== token)) return problem(401, "unknown-replica");
    if (old?.revoked) return problem(403, "replica-revoked");
    const account = old?.account ?? this.codes.get(body.invitation_code ?? "");
    const before = this.spent.get(body.invitation_code ?? "");
    const again = body.enrolment !== undefined && before?.enrolment === body.enrolment ? before : undefined;
    if (!account && !again) return problem(403, "invitation-invalid", { device_action: "enrol" });
    this.codes.delete(body.invitation_code ?? "");
    const id = again?.replica ?? this.newId();
    this.spent.set(body.invitation_code ?? "", { enrolment: body.enrolment, replica: id, account: account ?? again?.account ?? "" });
    return this.enrolled(id, account ?? again?.account ?? "");
  }

  private enrolled(id: string, account: string): Response {
    this.replicas.set(id, { account, token: `token-${id}`, lastN: 0, lastHash: null, outcomes: new Map(), revoked: false });
    return json({
      replica: id,
      account,
      person: this.persons.get(account) ?? `person-${account}`,
      roles: [{ role: "committee_secretary", village: null }],
      scopes: this.scopes,
      token: `token-${id}`,
      drop_token: `drop-${id}`,
      epoch: this.epoch,
      next_n: 1,
      limits: { push_changes: 200, push_bytes: 1048576, change_bytes: 262144, pull_records: 500 },
      server_time_ms: this.now,
      township: { id: "t", name: "云台镇", region_code: "620100000", is_demo: true, time_zone: "Asia/Shanghai" },
      recovery_key: this.recoveryKey,
    });
  }

  private recover(method: string, token: string, body: string): Response {
    if (![...this.replicas.keys()].some((one) => token === `drop-${one}`)) return problem(401, "unknown-replica", {});
    if (method === "POST") Object.assign(this, { askedKey: JSON.parse(body), answeredKey: null });
    return json(method === "POST" ? { id: "r1", server_time_ms: this.now } : { answer: this.answeredKey, server_time_ms: this.now });
  }

  private handIn(token: string, body: string): Response {
    const [id, replica] = [...this.replicas].find(([one]) => token === `drop-${one}`) ?? [];
    if (!id || !replica) return problem(401, "unknown-replica", { device_action: "enrol" });
    const { outbox, drafts, captures } = JSON.parse(body) as Record<string, unknown[]>;
    const kept = [outbox, drafts, captures].reduce((sum, rows) => sum + (rows?.length ?? 0), 0);
    const known = this.parcels.some((parcel) => parcel.replica === id && parcel.body === body);
    if (kept > 0 && !known) this.parcels.push({ replica: id, body });
    return json({ hash: "h", kept, revoked: replica.revoked, server_time_ms: this.now });
  }

  private hello(replica: Replica): object {
    const { lastN: last_n, lastHash: last_hash } = replica;
    return {
      epoch: this.epoch,
      last_n,
      last_hash,
      durable_seq: this.durable,
      policy: "p",
      ...(this.roles && { roles: this.roles }),
      min_schema_version: 1,
      recovery_key: this.recoveryKey,
      server_time_ms: this.now,
    };
  }

  private push(id: string, replica: Replica, body: { epoch?: string; changes: Record<string, never>[] }): Response {
    const { changes, epoch = this.epoch } = body;
    const another = epoch.slice(0, 12) !== this.epoch.slice(0, 12);
    if (another && !replica.revoked) return problem(409, "epoch-changed", { device_action: "rebuild" });
    const first = changes[0]?.n as unknown as number;
    if (first > replica.lastN + 1) return problem(409, "change-gap", { device_action: "resume", expected: replica.lastN + 1 });
    const outcomes: unknown[] = [];
    for (const change of changes as unknown as (Record<string, unknown> & { n: number; hash: string; change: string })[]) {
      const seen = this.changes.get(change.change);
      if (change.n <= replica.lastN) {
        const known = replica.outcomes.get(change.n);
        if (known?.hash !== change.hash) return problem(409, "replica-forked", { device_action: "enrol" });
        outcomes.push(known?.told);
        continue;
      }
      const { n, hash, ...rest } = change;
      const ok = createHash("sha256").update(canonical(rest)).digest("hex").slice(0, 24);
      const told = seen
        ? { ...seen.outcome, n }
        : ok === hash || rest.erased === true
          ? this.judge(id, replica, rest, n)
          : { n, outcome: "quarantined", problem: { type: "#invalid-change" } };
      if (!seen) this.changes.set(change.change, { replica: id, n, hash, outcome: told });
      replica.outcomes.set(n, { hash, told });
      Object.assign(replica, { lastN: n, lastHash: hash });
      outcomes.push(told);
    }
    return json({ last_n: replica.lastN, server_time_ms: this.now, outcomes });
  }

  private pull(replica: Replica, scopes: string[], query: URLSearchParams): Response {
    const limit = Number(query.get("limit"));
    const cursor = query.get("cursor");
    const state = cursor ? (JSON.parse(atob(cursor)) as Cursor) : { e: this.epoch, s: 0, a: -1, p: scopes };
    if (state.e !== this.epoch || state.s > this.seq) return problem(409, "epoch-changed", { device_action: "rebuild" });
    const dropped = state.p.filter((scope) => !scopes.includes(scope));
    const refetch = query.get("refetch");
    if (!cursor) this.badSum = undefined;
    const fresh = (row: Stored) => row.seq > state.s && (!refetch || row.scope === refetch);
    const rows = [...this.records.values()]
      .filter((row) => scopes.includes(row.scope) && fresh(row) && (cursor || !row.deleted))
      .map((row) => (this.unreadable.has(row.id) ? { ...wireRow(row), fields: {}, unreadable: true } : wireRow(row)));
    const left = this.departures.filter((one) => one.seq > state.s && scopes.includes(one.scope));
    const gone = left.map((one) => ({ seq: one.seq, record: one.record, gone: one.scope }));
    const all = [...rows, ...gone].sort((a, b) => a.seq - b.seq);
    const page = all.slice(0, limit);
    const more = all.length > limit;
    const sums = !more && (query.get("sums") === "1" || !cursor) ? this.sums(scopes) : undefined;
    if (cursor && all.length + dropped.length === 0 && !sums && state.a === replica.lastN)
      return new Response(null, { status: 204 });
    const next: Cursor = {
      e: this.epoch,
      s: more ? (page[page.length - 1]?.seq ?? state.s) : this.seq,
      a: replica.lastN,
      p: scopes,
    };
    const { lastN: acked } = replica;
    return json({
      changes: page,
      scopes: { added: [], dropped },
      ...(this.roles && (!cursor || dropped.length > 0) && { roles: this.roles }),
      acked,
      durable_seq: this.durable,
      sums,
      cursor: btoa(JSON.stringify(next)),
      more,
    });
  }

  private sums(scopes: string[]): Record<string, { count: number; sum: string }> {
    return Object.fromEntries(
      scopes.map((scope) => {
        const rows = [...this.records.values()].filter((row) => row.scope === scope && !row.deleted);
        const right = scopeSum(rows.map((row): [string, number] => [row.id, row.seq]));
        return [scope, scope === this.badSum ? { ...right, sum: "00000000000000ff" } : right];
      }),
    );
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

export function problem(status: number, slug: string, more: object = {}, headers: Record<string, string> = {}): Response {
  const type = { "Content-Type": "application/problem+json", ...headers };
  return json({ type: `/docs/problems#${slug}`, title: slug, status, ...more }, status, type);
}

async function textOf(init: RequestInit | undefined): Promise<string> {
  if (!init?.body) return "";
  const packed = new Headers(init.headers).get("Content-Encoding") === "gzip";
  const stream = new Response(init.body).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(packed ? stream.pipeThrough(new DecompressionStream("gzip")) : stream).text();
}
