/** What the phone knows of each kind, as exported from the server's schemas (kinds.json). */
import exported from "./kinds.json" with { type: "json" };

export interface FieldSpec {
  class: "plain" | "guarded" | "set" | "state" | "fixed";
  map: boolean;
}
export interface KindSpec {
  fields: Record<string, FieldSpec>;
  offline: boolean;
  parent_field: string | null;
  initial: string[];
  commands: Record<string, { sources: string[]; target: string; fields: string[] }>;
}

export const SCHEMA_VERSION: number = exported.schema_version;
export const KINDS = exported.kinds as unknown as Record<string, KindSpec>;

/** The id of the record this one hangs on. */
export function parentOf(kind: string, fields: Record<string, unknown>): string | undefined {
  const name = KINDS[kind]?.parent_field;
  const parent = name ? fields[name] : undefined;
  return typeof parent === "string" ? parent : undefined;
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
