/** The records of a township in memory, merged only as far as the phone's own tests need. */
import { elementKey, KINDS, parentOf } from "../src/domain/kinds.ts";
import { takenBack } from "../src/domain/withdrawal.ts";

export interface Stored {
  id: string;
  kind: string;
  scope: string;
  seq: number;
  fields: Record<string, unknown>;
  deleted: boolean;
  wrote: Map<string, { seq: number; writer: string; other: number }>;
  by: string;
}
/** Who pushes. */
export interface Author {
  account: string;
  revoked: boolean;
}

export class FakeLand {
  seq = 0;
  records = new Map<string, Stored>();
  departures: { seq: number; scope: string; record: string }[] = [];
  applications = new Map<string, number>();
  /** A reason to quarantine a change, if any. */
  poison: ((change: Record<string, unknown>) => string | undefined) | undefined;
  private ids = 0;

  newId(): string {
    this.ids += 1;
    return `00000000-0000-8000-8000-${this.ids.toString(16).padStart(12, "0")}`;
  }

  /** A write by somebody else. */
  write(
    id: string,
    kind: string,
    fields: Record<string, unknown>,
    o: { scope?: string; writer?: string; deleted?: boolean } = {},
  ): number {
    const seq = ++this.seq;
    const row = this.records.get(id) ?? {
      id,
      kind,
      scope: o.scope ?? "field:v1",
      seq,
      fields: {},
      deleted: false,
      wrote: new Map(),
      by: "other",
    };
    for (const name of Object.keys(fields)) this.stamp(row, name, seq, o.writer ?? "cmd:other");
    Object.assign(row, { seq, fields: { ...row.fields, ...fields }, deleted: o.deleted ?? false });
    this.records.set(id, row);
    return seq;
  }

  moveScope(id: string, scope: string): void {
    const row = this.records.get(id);
    if (!row) return;
    this.departures.push({ seq: ++this.seq, scope: row.scope, record: id });
    Object.assign(row, { scope, seq: ++this.seq });
  }

  judge(id: string, replica: Author, change: Record<string, unknown>, n: number): Record<string, unknown> {
    const reason = replica.revoked ? "change-not-allowed" : this.poison?.(change);
    if (reason)
      return { n, outcome: "quarantined", problem: { type: `/docs/problems#${reason}`, title: reason, device_action: "park" } };
    this.applications.set(String(change.change), (this.applications.get(String(change.change)) ?? 0) + 1);
    const record = String(change.record);
    const kind = String(change.kind);
    const fields = change.fields as Record<string, unknown>;
    const row = this.records.get(record);
    if (!row && change.action !== "create")
      return { n, outcome: "quarantined", problem: { type: "#depends-on", title: "depends-on" } };
    const seq = ++this.seq;
    const own: Stored = row ?? {
      id: record,
      kind,
      scope: this.scopeOf(kind, fields, replica),
      seq,
      fields: {},
      deleted: false,
      wrote: new Map(),
      by: replica.account,
    };
    const lost =
      change.action === "patch" ? Object.keys(fields).filter((name) => this.contested(own, name, id, Number(change.base))) : [];
    const kept = Object.fromEntries(Object.entries(fields).filter(([name]) => !lost.includes(name)));
    this.apply(own, String(change.action), kept, String(change.command));
    for (const name of Object.keys(kept)) this.stamp(own, name, seq, id);
    own.seq = seq;
    this.records.set(record, own);
    return lost.length ? this.conflict(own, id, replica, change, lost, n) : { n, outcome: "applied", seq };
  }

  private conflict(
    row: Stored,
    replica: string,
    author: Author,
    change: Record<string, unknown>,
    lost: string[],
    n: number,
  ): Record<string, unknown> {
    const ids = lost.map((field) => {
      const id = this.newId();
      const value = (change.fields as Record<string, unknown>)[field];
      const sides = [{ replica, n, account: author.account, value, base: change.base, captured_at_ms: change.captured_at_ms }];
      this.write(id, "conflict", { record: row.id, record_kind: row.kind, field, sides, status: "open" }, { scope: row.scope });
      return id;
    });
    return { n, outcome: "conflict", seq: this.seq, conflicts: ids };
  }

  private apply(row: Stored, action: string, fields: Record<string, unknown>, command: string): void {
    if (action === "delete") row.deleted = true;
    else if (action === "restore") row.deleted = false;
    else if (action === "command") this.command(row, fields, command);
    else if (action === "add" || action === "remove") {
      for (const [name, list] of Object.entries(fields)) {
        const keys = new Set((list as unknown[]).map(elementKey));
        const rest = ((row.fields[name] as unknown[] | undefined) ?? []).filter((one) => !keys.has(elementKey(one)));
        row.fields[name] = action === "add" ? [...rest, ...(list as unknown[])] : rest;
      }
    } else row.fields = { ...row.fields, ...fields };
  }

  private command(row: Stored, fields: Record<string, unknown>, name: string): void {
    const step = KINDS[row.kind]?.commands[name];
    row.fields = { ...row.fields, ...fields, ...(step?.erases && takenBack(step, row.fields)), state: step?.target };
    for (const one of [...this.records.values()])
      if (step?.removes?.includes(one.kind) && parentOf(one.kind, one.fields) === row.id) this.write(one.id, one.kind, {}, { deleted: true });
  }

  private contested(row: Stored, name: string, replica: string, base: number): boolean {
    const wrote = row.wrote.get(name);
    if (!wrote) return false;
    return (wrote.writer === replica ? wrote.other : wrote.seq) > base;
  }

  private stamp(row: Stored, name: string, seq: number, writer: string): void {
    const before = row.wrote.get(name);
    const other = before && before.writer !== writer ? before.seq : (before?.other ?? 0);
    row.wrote.set(name, { seq, writer, other });
  }

  private scopeOf(kind: string, fields: Record<string, unknown>, replica: Author): string {
    if (kind === "interviewee") return `own:${replica.account}`;
    const parent = this.records.get(parentOf(kind, fields) ?? "");
    return parent?.scope ?? (typeof fields.village_id === "string" ? `field:${fields.village_id}` : `own:${replica.account}`);
  }
}

export function wireRow(row: Stored) {
  const { seq, kind, id: record, scope, fields, by } = row;
  const told = { seq, kind, record, scope, created_by: by, created_at_ms: 1, updated_by: by, updated_at_ms: 2 };
  return row.deleted ? { ...told, deleted: true } : { ...told, fields };
}
