/** A form over one record: remembers what stood there when it was opened, and hands back only what the person changed. */
import { useCore } from "../client.ts";
import type { Fields, View } from "../contract.ts";
import { type Autosave, useAutosave } from "./autosave.ts";

export interface Form<T extends Fields> {
  /** The mirror's seq when the form was opened: the base of every change it makes. */
  opened: number;
  before: T;
  fields: T;
}

export interface Editor<T extends Fields> extends Autosave<Form<T>> {
  /** The fields that differ from what stood there, fit for a patch: an emptied one is null or "". */
  changes(): Fields;
}

export function useEditor<T extends Fields>(key: string, view: View | undefined, blank: T): Editor<T> {
  const core = useCore();
  const autosave = useAutosave<Form<T>>(key, () => {
    const fields = { ...blank };
    for (const name of Object.keys(blank)) {
      const found = view?.fields[name];
      if (found !== undefined && found !== null) (fields as Fields)[name] = copy(found);
    }
    return { opened: core.mirrorSeq(), before: copy(fields), fields };
  });
  const changes = (): Fields => {
    const { before, fields } = autosave.value;
    const changed = Object.keys(blank).filter((name) => !same(before[name], fields[name]));
    return Object.fromEntries(changed.map((name) => [name, fields[name] ?? null]));
  };
  return { ...autosave, changes };
}

/** What a new record is made of: the fields that hold something. */
export function filled(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !empty(value)));
}

/** The elements to add to and to take from a set. */
export function setChanges(before: unknown, after: unknown): { added: unknown[]; removed: unknown[] } {
  const [old, fresh] = [asList(before), asList(after)];
  return { added: fresh.filter((element) => !old.includes(element)), removed: old.filter((element) => !fresh.includes(element)) };
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const empty = (value: unknown): boolean => value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
const same = (one: unknown, other: unknown): boolean => (empty(one) && empty(other)) || JSON.stringify(one) === JSON.stringify(other);
const copy = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V;
