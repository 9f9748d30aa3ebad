/** Open conflicts as this person meets them: which wait for his own edit, which he may settle. */
import type { Core, View } from "../contract.ts";

export interface Side {
  replica: string;
  n: number;
  account?: string;
  value: unknown;
  captured_at_ms?: number;
}

export const sidesOf = (conflict: View): Side[] => (Array.isArray(conflict.fields.sides) ? (conflict.fields.sides as Side[]) : []);

/** Whoever may change the field may settle: the author of a child; visitor and companions of a visit; the office its header. */
export function maySettle(core: Core, conflict: View): boolean {
  const me = core.me();
  const record = core.get(String(conflict.fields.record));
  if (!me || !record) return false;
  if (record.kind !== "visit") return record.createdBy === me.account;
  const companions = Array.isArray(record.fields.companions) ? record.fields.companions : [];
  if (record.fields.visitor_id === me.person || companions.includes(me.person)) return true;
  return HEADER.includes(String(conflict.fields.field)) && me.roles.some((role) => role.role === "pbo");
}
const HEADER = ["planned_for", "start_at", "end_at"];

export function openConflicts(core: Core): { own: View[]; settleable: View[]; all: View[] } {
  const all = core.list("conflict").filter((view) => view.fields.status === "open");
  const account = core.me()?.account;
  return {
    all,
    own: all.filter((view) => sidesOf(view).some((side) => side.account === account)),
    settleable: all.filter((view) => maySettle(core, view)),
  };
}
