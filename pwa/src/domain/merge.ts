/**
 * Field by field: what a record is after one more change, and which values somebody must look at.
 *
 * The same rules run on the server (server/domain/merge.py); both are held to tests/vectors/merge.json.
 */
import { canonical, same } from "./canonical.ts";
import { elementKey } from "./kinds.ts";

export type FieldClass = "plain" | "guarded" | "set" | "state" | "fixed";

/** When a field was last written, by which writer under which of his numbers; and when anybody else last wrote it. */
export interface FieldSeq {
  seq: number;
  writer: string;
  n: number;
  other_seq: number;
}
export interface Remembered {
  fields: Record<string, unknown>;
  field_seqs: Record<string, FieldSeq>;
}
export interface Edit {
  writer: string;
  n: number;
  base: number;
  seq: number;
  fields: Record<string, unknown>;
  verb: "patch" | "add" | "remove";
  /** Plain fields are treated as guarded. */
  guarded?: boolean;
}
export interface Merged extends Remembered {
  written: string[];
  challenges: Record<string, unknown>;
  displaced: Record<string, { value: unknown; by: FieldSeq }>;
  superseded: string[];
  concurrent: boolean;
}

/** The record after the edit; a guarded field that someone else wrote since keeps its value and is challenged. L1, L2, L3. */
export function merge(classOf: (name: string) => FieldClass | undefined, record: Remembered, edit: Edit): Merged {
  const after: Merged = {
    fields: { ...record.fields },
    field_seqs: { ...record.field_seqs },
    written: [],
    challenges: {},
    displaced: {},
    superseded: [],
    concurrent: isTouched(record, edit.writer, edit.base),
  };
  for (const [name, value] of Object.entries(edit.fields)) {
    const cls = classOf(name);
    if (cls !== "set") write(after, edit, name, value, cls === "plain" && !edit.guarded);
    else for (const element of value as unknown[]) (edit.verb === "remove" ? remove : add)(after, edit, name, element);
  }
  return after;
}

/** Whether somebody else wrote this field after the base; the author's own chained edits never count (L3). */
export function isContested(seqs: Record<string, FieldSeq>, name: string, writer: string, base: number): boolean {
  const entry = seqs[name];
  return entry !== undefined && lastOther(entry, writer) > base;
}

/** Whether somebody else wrote any field of the record after the base. */
export function isTouched(record: Remembered, writer: string, base: number): boolean {
  return Object.values(record.field_seqs).some((entry) => lastOther(entry, writer) > base);
}

function lastOther(entry: FieldSeq, writer: string): number {
  return entry.writer === writer ? entry.other_seq : entry.seq;
}

function write(after: Merged, edit: Edit, name: string, value: unknown, isPlain: boolean): void {
  if (isSuperseded(after, edit, name)) return;
  const contested = isContested(after.field_seqs, name, edit.writer, edit.base);
  const before = after.fields[name] ?? null;
  if (contested && same(before, value)) {
    agree(after, edit, name);
    return;
  }
  if (contested && !isPlain) {
    after.challenges[name] = value;
    return;
  }
  if (contested) after.displaced[name] = { value: before, by: after.field_seqs[name] as FieldSeq };
  after.fields[name] = value;
  stamp(after, edit, name);
}

/** An element that is there is touched, so that a concurrent removal leaves it; its own text is guarded. */
function add(after: Merged, edit: Edit, name: string, element: unknown): void {
  const key = `${name}/${elementKey(element)}`;
  if (isSuperseded(after, edit, key)) return;
  const elements = elementsOf(after, name);
  const at = placeOf(elements, element);
  if (at < 0) elements.push(element);
  else if (canonical(elements[at]) !== canonical(element)) {
    if (isContested(after.field_seqs, key, edit.writer, edit.base)) {
      after.challenges[key] = element;
      return;
    }
    elements[at] = element;
  }
  after.fields[name] = elements;
  stamp(after, edit, key);
}

/** An element that someone else added or touched since the base stays. */
function remove(after: Merged, edit: Edit, name: string, element: unknown): void {
  const key = `${name}/${elementKey(element)}`;
  const elements = elementsOf(after, name);
  const at = placeOf(elements, element);
  if (at < 0 || isSuperseded(after, edit, key) || isContested(after.field_seqs, key, edit.writer, edit.base)) return;
  elements.splice(at, 1);
  after.fields[name] = elements;
  stamp(after, edit, key);
}

/** A change released late from quarantine never overwrites what its author wrote since. */
function isSuperseded(after: Merged, edit: Edit, name: string): boolean {
  const entry = after.field_seqs[name];
  if (entry === undefined || entry.writer !== edit.writer || entry.n <= edit.n) return false;
  after.superseded.push(name);
  return true;
}

/**
 * Two who wrote the same are no conflict, but the first does not change his word unseen by the second. Who says his own
 * word again has met nobody (L3).
 */
function agree(after: Merged, edit: Edit, name: string): void {
  const entry = after.field_seqs[name] as FieldSeq;
  if (entry.writer === edit.writer) {
    stamp(after, edit, name);
    return;
  }
  after.field_seqs[name] = { ...entry, other_seq: edit.seq };
  after.written.push(name);
}

function stamp(after: Merged, edit: Edit, name: string): void {
  const entry = after.field_seqs[name];
  const other = entry === undefined ? 0 : lastOther(entry, edit.writer);
  after.field_seqs[name] = { seq: edit.seq, writer: edit.writer, n: edit.n, other_seq: other };
  after.written.push(name);
}

const elementsOf = (after: Merged, name: string): unknown[] => [...((after.fields[name] as unknown[] | undefined) ?? [])];

const placeOf = (elements: unknown[], element: unknown): number => {
  const key = elementKey(element);
  return elements.findIndex((known) => elementKey(known) === key);
};
