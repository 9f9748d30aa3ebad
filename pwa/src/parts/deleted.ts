/** What this person deleted and may bring back: only the author may, so only his own is listed. */
import type { Core, View } from "../contract.ts";
import { fieldsKnown } from "./own.ts";

export interface Deleted {
  view: View;
  /** What this phone remembers of it: the content of a deleted record leaves the phone. */
  fields: Record<string, unknown>;
  village: string;
}

export function deletedHere(core: Core): Deleted[] {
  const me = core.me()?.account;
  const own = core.deleted().filter((view) => view.createdBy === me);
  return own.map((view) => withVillage(core, view)).sort((a, b) => b.view.updatedAtMs - a.view.updatedAtMs);
}

function withVillage(core: Core, view: View): Deleted {
  const fields = { ...fieldsKnown(core, view.id), ...view.fields };
  const visit = typeof fields.visit_id === "string" ? core.get(fields.visit_id) : undefined;
  const scope = view.scope?.startsWith("field:") ? view.scope.slice("field:".length) : "";
  return { view, fields, village: scope || String(fields.village_id ?? visit?.fields.village_id ?? "") };
}
