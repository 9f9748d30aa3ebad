/** The shapes of `/sync/v1` and `/auth/v1` as the phone reads them; key names are the wire's. */
import type { Problem, Township } from "../contract.ts";
import type { Outcome } from "../domain/change.ts";
import type { PulledRow } from "../store/mirror.ts";
import type { Limits, Session } from "../store/opened.ts";

export interface ScopeSum {
  count: number;
  sum: string;
}
export type Sums = Record<string, ScopeSum>;

export interface Enrolled {
  replica: string;
  account: string;
  person: string;
  roles: { role: string; village?: string | null }[];
  scopes: string[];
  token: string;
  drop_token: string;
  epoch: string;
  limits: Partial<Limits>;
  server_time_ms: number;
  township: Township;
  recovery_key: string | null;
}

export interface WireOutcome {
  n: number;
  outcome: Outcome["outcome"];
  seq?: number | null;
  conflicts?: string[];
  problem?: (Partial<Problem> & { type?: string }) | null;
}
export interface Pushed {
  last_n: number;
  server_time_ms: number;
  outcomes: WireOutcome[];
}

export interface Pulled {
  changes: PulledRow[];
  scopes?: { added: string[]; dropped: string[] };
  roles?: { role: string; village?: string | null }[];
  acked: number;
  durable_seq: number | null;
  sums?: Sums | null;
  cursor: string;
  more: boolean;
}

const LIMITS: Limits = {
  push_changes: 200,
  push_bytes: 1048576,
  change_bytes: 262144,
  pull_records: 500,
  group_changes: 50,
  group_bytes: 524288,
};

export function sessionOf(told: Enrolled, label: string, platform: string): Session {
  const { replica, account, person, roles, token, drop_token, township } = told;
  return { replica, account, person, roles, token, drop_token, township, label, platform, limits: { ...LIMITS, ...told.limits } };
}

export function outcomeOf(told: WireOutcome, heard_at_ms: number): Outcome {
  const outcome: Outcome = { outcome: told.outcome, heard_at_ms };
  if (typeof told.seq === "number") outcome.seq = told.seq;
  if (told.conflicts?.length) outcome.conflicts = told.conflicts;
  if (told.problem) outcome.problem = reasonOf(told.problem);
  return outcome;
}

function reasonOf(told: Partial<Problem> & { type?: string }): Problem {
  const slug = told.slug ?? (told.type ?? "").split("#")[1] ?? "server-fault";
  const reason: Problem = { slug, title: told.title ?? slug };
  if (told.status !== undefined) reason.status = told.status;
  if (told.detail !== undefined) reason.detail = told.detail;
  if (told.device_action !== undefined) reason.device_action = told.device_action;
  if (told.errors !== undefined) reason.errors = told.errors;
  return reason;
}
