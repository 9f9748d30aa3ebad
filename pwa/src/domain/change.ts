/** One offline edit: what is sent, what is kept of it on the phone, and which parts of a record it touches. */
import type { Fields, Problem } from "../contract.ts";
import { elementKey } from "./kinds.ts";

export type Action = "create" | "patch" | "delete" | "restore" | "add" | "remove" | "command" | "settle";

/** What a screen asked for, before it has a number. `base` is the mirror seq its author had seen. */
export interface Wish {
  record: string;
  kind: string;
  action: Action;
  base: number;
  fields: Fields;
  command?: string;
  group?: string;
}

/** The change as it travels, without `n` and `hash`; key names are the wire's. */
export interface WireChange extends Wish {
  change: string;
  schema_version: number;
  captured_at_ms: number;
  clock_offset_ms: number;
  /** A withdrawal emptied it after it was sent; its hash is still that of what was sent. */
  erased?: true;
}

export interface Outcome {
  outcome: "applied" | "merged" | "conflict" | "quarantined";
  seq?: number;
  conflicts?: string[];
  problem?: Problem;
  /** Server time at which the phone heard of it. */
  heard_at_ms: number;
  /** The author has seen the quarantined change and gives it up. */
  let_go?: boolean;
  /** The author leaves the quarantined change to the office. */
  with_office?: boolean;
}

/** Its version among the outcomes of one change: a label is bound to it, so no older word can be put back. */
export const versionOf = (outcome: Outcome): number => (outcome.let_go ? 2 : outcome.with_office ? 3 : 1);

/** A change in the outbox. `gen` counts the replicas this install has been; `n` is the number within the replica. */
export interface Entry {
  gen: number;
  n: number;
  hash: string;
  /** The canonical text that was hashed; sent as it is, never written again. */
  text: string;
  wire: WireChange;
  outcome?: Outcome;
}

/** The parts of records that a change writes, as `<record>/<field>`; the base is frozen for each of them (DESIGN 5.4). */
export function touches(wish: Wish, settled?: { record: string; field: string }): string[] {
  switch (wish.action) {
    case "delete":
    case "restore":
      return [`${wish.record}/deleted`];
    case "settle":
      return [`${wish.record}/value`, ...(settled ? [`${settled.record}/${settled.field}`] : [])];
    case "command":
      return [`${wish.record}/state`, ...Object.keys(wish.fields).map((name) => `${wish.record}/${name}`)];
    case "add":
    case "remove":
      return Object.entries(wish.fields).flatMap(([name, list]) =>
        (list as unknown[]).map((element) => `${wish.record}/${name}/${elementKey(element)}`),
      );
    default:
      return Object.keys(wish.fields).map((name) => `${wish.record}/${name}`);
  }
}

/**
 * One wish as few wishes as its parts have different bases; several make one group (DESIGN 5.4).
 *
 * Shape: `baseOf` gives the frozen base of a touched part; `group` names the group where one is needed.
 */
export function withBases(wish: Wish, baseOf: (part: string) => number, group: () => string): Wish[] {
  if (wish.action !== "patch" && wish.action !== "add" && wish.action !== "remove") {
    return [{ ...wish, base: Math.min(...touches(wish).map(baseOf)) }];
  }
  const byBase = new Map<number, Fields>();
  for (const [name, value] of pieces(wish)) {
    const base = Math.min(...touches({ ...wish, fields: { [name]: value } }).map(baseOf));
    const fields = byBase.get(base) ?? {};
    fields[name] =
      wish.action === "patch" ? value : [...((fields[name] as unknown[] | undefined) ?? []), ...(value as unknown[])];
    byBase.set(base, fields);
  }
  const parts = [...byBase].map(([base, fields]) => ({ ...wish, base, fields }));
  if (parts.length < 2) return parts;
  const name = group();
  return parts.map((part) => ({ ...part, group: name }));
}

function pieces(wish: Wish): [string, unknown][] {
  const pairs = Object.entries(wish.fields);
  if (wish.action === "patch") return pairs;
  return pairs.flatMap(([name, list]) => (list as unknown[]).map((element): [string, unknown] => [name, [element]]));
}

/** A text that can be hashed and stored: half a character becomes U+FFFD, NUL goes; everything else stays as typed. */
export function clean<T>(value: T): T {
  if (typeof value === "string") return cleanText(value) as T;
  if (Array.isArray(value)) return value.map(clean) as T;
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(known.map(([key, inner]) => [key, clean(inner)])) as T;
}

function cleanText(value: string): string {
  const whole = value.replace(/[\uD800-\uDBFF][\uDC00-\uDFFF]|[\uD800-\uDFFF]/g, (found) =>
    found.length === 2 ? found : "\uFFFD",
  );
  return whole.split("\u0000").join("");
}
