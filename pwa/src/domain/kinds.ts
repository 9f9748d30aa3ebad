/** What the phone knows of each kind, as exported from the server's schemas (kinds.json). */
import exported from "./kinds.json" with { type: "json" };

/** What a value is: for a map that of each key, for a set that of each element. */
export interface ValueSpec {
  type?: string;
  max?: number;
  min?: number;
  values?: string[];
}
export interface FieldSpec extends ValueSpec {
  class: "plain" | "guarded" | "set" | "state" | "fixed";
  map: boolean;
  required?: boolean;
  server?: boolean;
  value?: ValueSpec;
  element?: ValueSpec;
}
export interface KindSpec {
  fields: Record<string, FieldSpec>;
  scope: string;
  offline: boolean;
  parent_field: string | null;
  parent_kind: string | null;
  initial: string[];
  create_roles: string[];
  commands: Record<string, Command>;
}

/** A named transition; one that takes content back for good erases fields, sets others, and removes kinds below. */
export interface Command {
  sources: string[];
  target: string;
  fields: string[];
  erases?: string[];
  sets?: Record<string, string>;
  removes?: string[];
}

export const SCHEMA_VERSION: number = exported.schema_version;
export const KINDS = exported.kinds as unknown as Record<string, KindSpec>;

/** The id of the record this one hangs on. */
export function parentOf(kind: string, fields: Record<string, unknown>): string | undefined {
  const name = KINDS[kind]?.parent_field;
  const parent = name ? fields[name] : undefined;
  return typeof parent === "string" ? parent : undefined;
}

/** What one value of a field is; `area_notes.study` names one key of a map. */
export function specOf(kind: string, field: string): ValueSpec | undefined {
  const spec = KINDS[kind]?.fields[field.split(/[./]/)[0] ?? ""];
  return spec?.map ? spec.value : (spec?.element ?? spec);
}

/** Whether a command is possible from a state: the screen offers what the server will take. */
export function inSource(kind: string, command: string, state: unknown): boolean {
  return typeof state === "string" && (KINDS[kind]?.commands[command]?.sources.includes(state) ?? false);
}

/** One wire field per key of a map: `{area_notes: {study: "…"}}` → `{"area_notes.study": "…"}`. */
export function flat(kind: string, fields: object): Record<string, unknown> {
  const specs = KINDS[kind]?.fields;
  const pairs = Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
    if (!specs?.[name]?.map || typeof value !== "object" || value === null || Array.isArray(value)) return [[name, value]];
    return Object.entries(value as object).map(([key, inner]): [string, unknown] => [`${name}.${key}`, inner]);
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

/** How an element of a set is told apart: a scalar by itself, an object by its own id. */
export function elementKey(element: unknown): string {
  const own = typeof element === "object" && element !== null ? (element as { id?: unknown }).id : undefined;
  return String(own ?? element);
}
