/** Who is asked to settle a conflict: one rule for the pill, 今日, the list and the mark on a record. */
import type { Fields } from "../contract.ts";

export interface Asker {
  account: string;
  person: string;
  roles: { role: string }[];
}
/** The record in conflict, as far as the rule looks at it. */
export interface Contested {
  kind: string;
  fields: Fields;
  createdBy: string;
  deleted: boolean;
}

/** What the office may settle in somebody else's visit. */
const HEADER = ["companions", "planned_for", "start_at", "end_at"];

/**
 * Whoever may change the field may settle: the author of a record; visitor and companions of a visit; the office its header.
 * A deleted record has no content on the phone: whoever edited it meanwhile was allowed to.
 */
export function maySettle(me: Asker | undefined, record: Contested | undefined, conflict: Fields): boolean {
  if (!me || !record) return false;
  if (record.createdBy === me.account) return true;
  if (record.deleted) return ((conflict.sides as { account?: string }[] | undefined) ?? []).some((side) => side.account === me.account);
  if (record.kind !== "visit") return false;
  const companions = Array.isArray(record.fields.companions) ? record.fields.companions : [];
  if (record.fields.visitor_id === me.person || companions.includes(me.person)) return true;
  return HEADER.includes(String(conflict.field).split("/")[0] ?? "") && me.roles.some((role) => role.role === "pbo");
}
