/** What belongs to a visit, who may write to it, and which of its sheets a child opens. */
import type { Core, View } from "../../contract.ts";
import { goesToVillages } from "../../domain/standing.ts";
import { missing } from "../../domain/visiting.ts";

export interface VisitParts {
  checks: View[];
  interviews: View[];
  opinions: View[];
  addenda: View[];
  conflicts: View[];
}

export function partsOf(core: Core, visit: string): VisitParts {
  const interviews = core.children(visit, "interview");
  const opinions = [visit, ...interviews.map((view) => view.id)].flatMap((id) => core.children(id, "opinion"));
  const checks = core.children(visit, "record_check");
  const addenda = core.children(visit, "addendum");
  const family = [visit, ...[...checks, ...interviews, ...opinions, ...addenda].map((view) => view.id)];
  const conflicts = family.flatMap((id) => core.children(id, "conflict")).filter((view) => view.fields.status === "open");
  return { checks: inOrder(checks), interviews: inOrder(interviews), opinions: inOrder(opinions), addenda: inOrder(addenda), conflicts };
}

const inOrder = (views: View[]): View[] => [...views].sort((a, b) => (a.capturedAtMs ?? a.createdAtMs) - (b.capturedAtMs ?? b.createdAtMs));

/** R17 counts per village and cycle: what other visits there already heard counts too. */
export function lacksOf(core: Core, visit: View): { members: number; others: number } {
  const sameVillage = core
    .list("visit")
    .filter((other) => other.fields.village_id === visit.fields.village_id && other.fields.state !== "cancelled")
    .filter((other) => other.id === visit.id || (other.fields.cycle_id ?? "") === (visit.fields.cycle_id ?? ""));
  return missing(sameVillage.flatMap((other) => core.children(other.id, "interview")));
}

/** The visitor and the companions write; the office only the header (its companions, day and times). */
export function mayWrite(core: Core, visit: View): "all" | "head" | "none" {
  const me = core.me();
  if (!me || !goesToVillages(me.roles) || visit.fields.state === "locked" || visit.fields.state === "cancelled") return "none";
  const companions = Array.isArray(visit.fields.companions) ? visit.fields.companions : [];
  if (visit.fields.visitor_id === me.person || companions.includes(me.person)) return "all";
  return me.roles.some((role) => role.role === "pbo") ? "head" : "none";
}

/** After the lock: whoever was there, or wrote the visit, may still add to it. */
export function mayAdd(core: Core, visit: View): boolean {
  const me = core.me();
  if (!me || !goesToVillages(me.roles) || visit.fields.state !== "locked") return false;
  const companions = Array.isArray(visit.fields.companions) ? visit.fields.companions : [];
  return visit.fields.visitor_id === me.person || companions.includes(me.person) || visit.createdBy === me.account;
}

export const SHEET_OF: Record<string, string> = { record_check: "checks", interview: "interviews", opinion: "opinions", addendum: "addenda" };
