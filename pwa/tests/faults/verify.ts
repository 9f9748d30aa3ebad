/** After the storm: nothing lost, nothing doubled, nothing stuck, and no value written over unseen. */
import type { Finished } from "./scenario.ts";

export interface ServerChange {
  change: string;
  replica: string;
  n: number;
  record: string;
  action: string;
  base: number;
  fields: Record<string, unknown>;
  outcome: string;
  seq: number | null;
  problem: string | null;
}

export interface ServerState {
  changes: ServerChange[];
  records: { id: string; kind: string; scope: string; seq: number; deleted: boolean; fields: Record<string, unknown> }[];
}

export interface Verdict {
  lost: string[];
  doubled: string[];
  stuck: string[];
  diverged: string[];
  overwritten: string[];
}

export function verify(finished: Finished, server: ServerState): Verdict {
  const texts = server.changes.filter((change) => change.action !== "settle").map((change) => valuesOf(change.fields));
  const times = (text: string) => texts.filter((values) => values.includes(text)).length;
  const lost = finished.saved.filter((saved) => saved.sure && times(saved.text) === 0).map((saved) => saved.text);
  const doubled = finished.saved.filter((saved) => times(saved.text) > 1).map((saved) => saved.text);
  const ids = server.changes.map((change) => change.change);
  doubled.push(...ids.filter((id, at) => ids.indexOf(id) !== at));
  const stuck = finished.stuck.concat(faulted(server));
  return { lost, doubled, stuck, diverged: finished.stuck.length ? [] : diverged(finished, server), overwritten: overwritten(server) };
}

function valuesOf(fields: Record<string, unknown>): unknown[] {
  return Object.values(fields).flatMap((value) => (value && typeof value === "object" && !Array.isArray(value) ? valuesOf(value as never) : [value]));
}

const TEXTS = ["narrative", "area_notes.study", "branch_summary"];

/** Texts that nobody can see any more although nobody who wrote over them had seen them (L2). */
function overwritten(server: ServerState): string[] {
  const edits = server.changes.filter((change) => change.outcome !== "quarantined" && (change.action === "patch" || change.action === "create"));
  const settled = new Set(server.records.filter((record) => record.kind === "conflict").map((record) => `${record.fields.record} ${record.fields.field} ${record.id}`));
  const settles = server.changes.filter((change) => change.action === "settle");
  const visible = JSON.stringify(server.records.map((record) => record.fields));
  const complaints: string[] = [];
  for (const edit of edits) {
    for (const field of TEXTS) {
      const text = edit.fields[field];
      if (typeof text !== "string" || visible.includes(JSON.stringify(text))) continue;
      const over = edits.filter((other) => other.record === edit.record && field in other.fields && other !== edit);
      const seen = (other: ServerChange) => other.base >= (edit.seq ?? 0) || (other.replica === edit.replica && other.n > edit.n);
      const chosen = settles.filter((settle) => settled.has(`${edit.record} ${field} ${settle.record}`));
      if (![...over, ...chosen].some(seen)) complaints.push(`${field} of ${edit.record}: ${text}`);
    }
  }
  return complaints;
}

/** No honest phone's change may end as a server fault or as unreadable. */
function faulted(server: ServerState): string[] {
  const bad = server.changes.filter((change) => change.problem === "server-fault" || change.problem === "invalid-change");
  return bad.map((change) => `${change.problem}: ${change.action} ${JSON.stringify(change.fields).slice(0, 200)}`);
}

/** Every phone's shared records, at the same seq as the server's. */
function diverged(finished: Finished, server: ServerState): string[] {
  const parents = new Map(server.records.map((record) => [record.id, record]));
  const visible = server.records.filter((record) => record.scope.startsWith("field:") && !record.deleted);
  const complaints: string[] = [];
  finished.mirrors.forEach((mirror, phone) => {
    for (const record of visible) {
      const seq = mirror.get(record.id);
      if (seq !== undefined && seq !== record.seq) complaints.push(`phone ${phone}: ${record.kind} ${record.id} at ${seq}, server ${record.seq}`);
      if (seq === undefined && !hidden(record, parents)) complaints.push(`phone ${phone} lacks ${record.kind} ${record.id}`);
    }
    for (const id of mirror.keys()) if (!parents.has(id)) complaints.push(`phone ${phone} has ${id}, the server not`);
  });
  return complaints;
}

/** Children of a deleted parent are hidden on a phone, not deleted. */
function hidden(record: ServerState["records"][number], all: Map<string, ServerState["records"][number]>): boolean {
  const parent = [record.fields.visit_id, record.fields.origin_id, record.fields.record].find((id) => typeof id === "string");
  const above = parent ? all.get(parent as string) : undefined;
  return above !== undefined && (above.deleted || hidden(above, all));
}
