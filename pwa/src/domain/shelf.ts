/** Everything that is readable while the phone is unlocked: the mirror, the outbox, and which records hang together. */
import type { Fields } from "../contract.ts";
import { type Entry, touches } from "./change.ts";
import { KINDS, parentOf } from "./kinds.ts";
import { goesWith, isAbout, isTakenBack, takingBack } from "./withdrawal.ts";
import { applyOwn, type Desk, withElements, isDropped, type Reached, type Sheet, stateOf } from "./overlay.ts";

/** One row of the mirror, as pulled; a deleted one keeps its place and nothing else. */
export interface Row {
  id: string;
  kind: string;
  scope: string;
  seq: number;
  fields: Fields;
  deleted: boolean;
  /** The server cannot open what it holds; `fields` are what this phone knew before. */
  unreadable?: true;
  created_by: string;
  created_at_ms: number;
  updated_by: string;
  updated_at_ms: number;
}

export class Shelf {
  readonly rows = new Map<string, Row>();
  /** Ids of the rows that the server cannot open. */
  readonly unreadable = new Set<string>();
  /** In order of (gen, n). */
  entries: Entry[] = [];
  reached: Reached = { gen: 0, acked: 0, seq: 0 };
  /** The first sync has brought everything once. */
  whole = false;
  /** Change ids of the push under way. */
  sending = new Set<string>();
  private readonly byId = new Map<string, Entry>();
  private readonly byRecord = new Map<string, Entry[]>();
  private readonly byKind = new Map<string, Set<string>>();
  private readonly byParent = new Map<string, Set<string>>();
  private readonly desk = new Map<string, Desk>();
  /** Called with each record whose view may have changed; undefined: all of them. */
  changed: (id: string | undefined) => void = () => undefined;

  putRow(row: Row): void {
    this.rows.set(row.id, row);
    if (row.unreadable) this.unreadable.add(row.id);
    else this.unreadable.delete(row.id);
    this.register(row.id, row.kind, row.fields);
    if (row.kind === "quarantine") this.noteDesk(row);
    this.changed(row.kind === "quarantine" ? undefined : row.id);
    this.changedParent(row.kind, row.fields);
  }

  dropRow(id: string): void {
    const row = this.rows.get(id);
    if (!row) return;
    this.rows.delete(id);
    this.unreadable.delete(id);
    if (row.kind === "quarantine") this.desk.delete(String(row.fields.change));
    this.changed(id);
    this.changedParent(row.kind, row.fields);
  }

  clearRows(): void {
    this.rows.clear();
    this.unreadable.clear();
    this.desk.clear();
    this.changed(undefined);
  }

  /** Replaces the outbox as it stands on disk. */
  setEntries(entries: Entry[]): void {
    this.entries = [...entries].sort((a, b) => a.gen - b.gen || a.n - b.n);
    this.byRecord.clear();
    this.byId.clear();
    for (const entry of this.entries) this.index(entry);
    this.changed(undefined);
  }

  addEntry(entry: Entry): void {
    if (this.byId.has(entry.wire.change)) return;
    const last = this.entries[this.entries.length - 1];
    if (last && (last.gen > entry.gen || (last.gen === entry.gen && last.n > entry.n))) {
      this.setEntries([...this.entries, entry]);
      return;
    }
    this.entries.push(entry);
    this.index(entry);
    for (const id of this.recordsOf(entry)) this.changed(id);
    this.changedParent(entry.wire.kind, entry.wire.fields);
    if (entry.wire.action === "command" && takingBack(entry.wire.kind)) this.changed(undefined);
  }

  /** The whole set of ids that ever showed up under a kind; views decide what is shown. */
  idsOf(kind: string): Iterable<string> {
    return this.byKind.get(kind) ?? [];
  }

  childIds(parent: string): Iterable<string> {
    return this.byParent.get(parent) ?? [];
  }

  byChange(change: string): Entry | undefined {
    return this.byId.get(change);
  }

  entriesOf(record: string): Entry[] {
    return this.byRecord.get(record) ?? [];
  }

  deskOf(entry: Entry): Desk {
    return this.desk.get(entry.wire.change);
  }

  stateOf(entry: Entry): string {
    return stateOf(entry, this.deskOf(entry));
  }

  waiting(): Entry[] {
    return this.entries.filter((entry) => !entry.outcome);
  }

  quarantined(): Entry[] {
    return this.entries.filter((entry) => this.stateOf(entry) === "quarantined");
  }

  /** Own changes still laid over a record. Refused work on a record that nobody else has stays visible until settled. */
  overlay(record: string): Entry[] {
    const alone = !this.rows.has(record);
    return this.entriesOf(record).filter((entry) => {
      if (!isDropped(entry, this.reached)) return true;
      return alone && this.stateOf(entry) === "quarantined";
    });
  }

  /** The record with its overlay, or undefined where neither knows it. */
  sheet(id: string): Sheet | undefined {
    const sheet = this.laidOver(id);
    if (sheet && (this.comesBack(id, sheet) || this.wentWith(sheet))) return { ...sheet, fields: {}, deleted: true };
    return sheet;
  }

  /**
   * Restored or kept by a change that has not come back yet. The content of a deleted row has left the phone, so the record stays
   * hidden until the server has sent it again: what hung on it would hang on nothing.
   */
  comesBack(id: string, sheet = this.laidOver(id)): boolean {
    if (!this.rows.get(id)?.deleted || sheet?.deleted !== false) return false;
    return !this.overlay(id).some(({ wire }) => wire.record === id && wire.action === "create");
  }

  private laidOver(id: string): Sheet | undefined {
    const row = this.rows.get(id);
    let sheet: Sheet | undefined = row && { kind: row.kind, fields: row.fields, deleted: row.deleted };
    for (const { wire } of this.overlay(id)) {
      if (wire.record === id) sheet = applyOwn(sheet, wire);
      else if (sheet && wire.action === "settle") sheet = this.settledSheet(sheet, wire.record, wire.fields.value);
    }
    return sheet;
  }

  /** The ids whose changes speak of what was taken back from this record: itself, what went with it, conflicts about them. */
  familyOf(id: string, kind: string): string[] {
    const people = [...this.childIds(id)].filter((child) => this.kindOf(child) !== "conflict" && goesWith(this.kindOf(child)));
    const own = [...this.childIds(id)].filter((child) => isAbout(kind, this.rows.get(child)?.fields.field));
    return [id, ...people, ...own, ...people.flatMap((person) => [...this.childIds(person)])];
  }

  private kindOf(id: string): string {
    return this.rows.get(id)?.kind ?? this.entriesOf(id)[0]?.wire.kind ?? "";
  }

  private wentWith({ kind, fields }: Sheet): boolean {
    const parent = goesWith(kind) ? parentOf(kind, fields) : undefined;
    const above = parent && this.sheet(parent);
    return above ? isTakenBack(above.kind, above.fields) : false;
  }

  /**
   * The frozen base of a part: that of the own change still laid over it, else what the form was opened on (DESIGN 5.4).
   * Deleting is a word on all that the record holds, so every own change over it counts. Of a row that is not here, or that
   * is deleted, nothing was seen.
   */
  baseOf(part: string, opened: number): number {
    const record = part.slice(0, part.indexOf("/"));
    const row = this.rows.get(record);
    const isDelete = part === `${record}/deleted`;
    const ids = isDelete ? [...this.below(record)] : [record];
    if (!row || ids.some((id) => this.isBackUnseen(id)) || (row.deleted && !isDelete && opened >= row.seq)) return 0;
    const own = ids.flatMap((id) => this.heldOver(id));
    const over = isDelete ? own : own.filter((entry) => this.isOn(entry, part));
    return Math.min(opened, ...over.map((entry) => entry.wire.base));
  }

  /** Deleted in the mirror, and brought back by a change that waits: nobody here has seen what it holds. */
  private isBackUnseen(id: string): boolean {
    return this.rows.get(id)?.deleted === true && this.heldOver(id).some(({ wire }) => ["restore", "settle"].includes(wire.action));
  }

  private heldOver(record: string): Entry[] {
    return this.overlay(record).filter((entry) => entry.outcome?.outcome !== "quarantined");
  }

  private isOn(entry: Entry, part: string): boolean {
    return touches(entry.wire, this.conflictTarget(entry)).includes(part);
  }

  /** The record and all that hangs on it. */
  private below(record: string, found = new Set<string>()): Set<string> {
    if (found.has(record)) return found;
    found.add(record);
    for (const child of this.childIds(record)) this.below(child, found);
    return found;
  }

  private settledSheet(sheet: Sheet, conflict: string, value: unknown): Sheet {
    const field = this.rows.get(conflict)?.fields.field;
    if (field === "deleted") return { ...sheet, deleted: value === true };
    if (typeof field !== "string") return sheet;
    const [name = "", element] = field.split("/");
    const fields = element === undefined ? { [field]: value } : withElements(sheet.fields, { [name]: [value] }, "add");
    return { ...sheet, fields: { ...sheet.fields, ...fields } };
  }

  private conflictTarget(entry: Entry): { record: string; field: string } | undefined {
    if (entry.wire.action !== "settle") return undefined;
    const fields = this.rows.get(entry.wire.record)?.fields;
    return fields && { record: String(fields.record), field: String(fields.field) };
  }

  /** The record, and for a settle the one in conflict. */
  recordsOf(entry: Entry): string[] {
    const target = this.conflictTarget(entry);
    return target ? [entry.wire.record, target.record] : [entry.wire.record];
  }

  private index(entry: Entry): void {
    this.byId.set(entry.wire.change, entry);
    for (const id of this.recordsOf(entry)) {
      const list = this.byRecord.get(id);
      if (list) list.push(entry);
      else this.byRecord.set(id, [entry]);
    }
    if (entry.wire.action === "create") this.register(entry.wire.record, entry.wire.kind, entry.wire.fields);
  }

  private register(id: string, kind: string, fields: Fields): void {
    put(this.byKind, kind, id);
    const parent = parentOf(kind, fields);
    if (parent) put(this.byParent, parent, id);
  }

  private noteDesk(row: Row): void {
    const status = row.fields.status;
    if (status === "released" || status === "rejected") this.desk.set(String(row.fields.change), status);
  }

  private changedParent(kind: string, fields: Fields): void {
    const parent = parentOf(kind, fields);
    if (parent) this.changed(parent);
  }
}

/** True where a record of this kind hides when the one it hangs on is deleted or gone. */
export function hidesWithParent(kind: string): boolean {
  const spec = KINDS[kind];
  return spec?.offline === true;
}

function put(index: Map<string, Set<string>>, key: string, id: string): void {
  const set = index.get(key);
  if (set) set.add(id);
  else index.set(key, new Set([id]));
}
