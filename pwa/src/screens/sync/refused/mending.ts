/** 改一改再交: which fields of a refused change can be edited, and what is sent of them. */
import type { Fields, OutboxItem } from "../../../contract.ts";
import { flat, KINDS, specOf } from "../../../domain/kinds.ts";
import { refusedFields } from "./reasons.ts";

const EDITABLE = new Set(["text", "choice", "whole", "ts", "day", "flag"]);

export type Control = "text" | "choice" | "choices" | "whole" | "ts" | "day" | "flag" | "shown";

/** How a field is edited; what needs a form of its own (ids, counters by month) is only shown. */
export function controlOf(kind: string, field: string): Control {
  const spec = specOf(kind, field);
  const isSet = KINDS[kind]?.fields[field]?.class === "set";
  if (isSet) return spec?.type === "choice" ? "choices" : "shown";
  if (field === "state" || !spec?.type || !EDITABLE.has(spec.type)) return "shown";
  return spec.type as Control;
}

/** Only what says something in fields can be mended: a delete or a choice in a conflict is done again where it stands. */
export function isMendable(item: OutboxItem): boolean {
  if (["delete", "restore", "settle"].includes(item.action)) return false;
  return refusedFields(item).some(({ field }) => controlOf(item.kind, field) !== "shown");
}

/** The fields of the new change: as they stand in the form, without what is left out; machinery travels on unseen. */
export function mended(item: OutboxItem, form: Fields, left: string[]): Fields {
  const before = flat(item.kind, item.fields);
  const kept = Object.entries({ ...before, ...form }).filter(([field]) => !left.includes(field));
  return Object.fromEntries(kept.filter(([field, value]) => field in before || (value !== "" && value !== undefined)));
}

/** A field may be left out of an edit of a record that stands; a new record is sent whole. */
export const mayLeaveOut = (item: OutboxItem): boolean => item.action === "patch" && Object.keys(flat(item.kind, item.fields)).length > 1;
