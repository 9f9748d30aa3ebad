/** What a hello means for the numbers on this phone (DESIGN 5.1). Pure. */
import type { Todo } from "./step.ts";

export interface Hello {
  epoch: string;
  last_n: number;
  last_hash: string | null;
  durable_seq: number | null;
  /** Not from a server before its roles could begin and end by date. */
  roles?: { role: string; village?: string | null }[];
  server_time_ms: number;
  /** The township's newest recovery key in base64, where it has one. */
  recovery_key?: string | null;
}

/** The phone's side. Shape: `hashAt` the hash of an own number, where it is still kept; `answered` highest own n with an outcome. */
export interface Own {
  epoch: string;
  lastN: number;
  answered: number;
  hashAt(n: number): string | undefined;
  /** Work of an earlier replica is kept that no backup covers yet. */
  olderWork: boolean;
  mustRegister: boolean;
}

/**
 * What is to be done before anything is pushed.
 *
 * `register`: the server has seen numbers that this browser has not given out (a rolled-back or copied profile).
 * `rebuild`: the server was restored; what it acknowledged after its backup is pushed again from `from`.
 * `resume`: it lacks what it had acknowledged, without saying that it was restored.
 */
export function judgeHello(own: Own, hello: Hello): Todo[] {
  const restored = hello.epoch !== own.epoch;
  const kept = own.hashAt(hello.last_n);
  const other = kept !== undefined && hello.last_hash !== null && hello.last_n > 0 && kept !== hello.last_hash;
  const forked = own.mustRegister || hello.last_n > own.lastN || other;
  if (restored) {
    const rebuild: Todo = { errand: "rebuild", from: hello.last_n + 1 };
    return forked || own.olderWork ? [rebuild, { errand: "register" }] : [rebuild];
  }
  if (forked) return [{ errand: "register" }];
  return hello.last_n < own.answered ? [{ errand: "resume", from: hello.last_n + 1 }] : [];
}

/** Whether every number from `from` to the last one given out is still kept: the server takes no gaps. */
export function hasAllFrom(from: number, kept: number[], lastN: number): boolean {
  return from > 0 && kept.filter((n) => n >= from).length === lastN - from + 1;
}
