/** Open conflicts as this person meets them: all that can be seen, and those that wait for him because he may settle them. */
import type { Core, View } from "../contract.ts";
import { maySettle } from "../domain/conflicts.ts";

export interface Side {
  replica: string;
  n: number;
  account?: string;
  value: unknown;
  captured_at_ms?: number;
}

export const sidesOf = (conflict: View): Side[] => (Array.isArray(conflict.fields.sides) ? (conflict.fields.sides as Side[]) : []);

export const settles = (core: Core, conflict: View): boolean =>
  maySettle(core.me(), core.get(String(conflict.fields.record)), conflict.fields);

/** Settled by the rule for plain fields, by no person: what stands can be undone with one tap. */
export const isAutomatic = (core: Core, conflict: View): boolean =>
  conflict.fields.status === "settled" && !conflict.fields.settled_by && !core.history(conflict.id).some((item) => item.action === "settle");

/** Private work below something that was deleted by somebody who cannot see it: a question to its author, not two versions. */
export const isAbove = (conflict: View): boolean => conflict.fields.reason === "deleted-above";

export function openConflicts(core: Core): { settleable: View[]; all: View[] } {
  const all = core.list("conflict").filter((view) => view.fields.status === "open");
  return { all, settleable: all.filter((view) => settles(core, view)) };
}
