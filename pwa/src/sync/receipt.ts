/** The phone's half of a receipt: a sum per scope over the live records of the mirror (DESIGN 8). */
import type { Row, Shelf } from "../domain/shelf.ts";
import { mix64 } from "../domain/sums.ts";
import type { Sums } from "./wire.ts";

const mixes = new WeakMap<Row, bigint>();

export function sumsOf(shelf: Shelf): Sums {
  const byScope = new Map<string, bigint[]>();
  for (const row of shelf.rows.values()) {
    if (row.deleted) continue;
    const list = byScope.get(row.scope);
    if (list) list.push(mixOf(row));
    else byScope.set(row.scope, [mixOf(row)]);
  }
  return Object.fromEntries([...byScope].map(([scope, list]) => [scope, { count: list.length, sum: total(list) }]));
}

/** Scopes in which the two sides hold different records; a scope with nothing in it may be left out. */
export function differing(own: Sums, theirs: Sums): string[] {
  const none = { count: 0, sum: "0000000000000000" };
  const scopes = new Set([...Object.keys(own), ...Object.keys(theirs)]);
  return [...scopes].filter((scope) => {
    const [a, b] = [own[scope] ?? none, theirs[scope] ?? none];
    return a.count !== b.count || (a.count > 0 && a.sum !== b.sum);
  });
}

function total(list: bigint[]): string {
  const sum = list.reduce((before, one) => before + one, 0n);
  return BigInt.asUintN(64, sum).toString(16).padStart(16, "0");
}

function mixOf(row: Row): bigint {
  const known = mixes.get(row);
  if (known !== undefined) return known;
  const made = mix64(row.id, row.seq);
  mixes.set(row, made);
  return made;
}
