/** What the visits of a cycle add up to: coverage (R16), what is still missing (R17), and where somebody probably stands now. */
import type { View } from "../contract.ts";

export const COUNTED = ["completed", "synced", "locked"];
const OPEN_CYCLES = ["issued", "researching", "reporting", "meeting", "deciding", "rectifying"];
export const LEAST_MEMBERS = 2;
export const LEAST_OTHERS = 2;

/** `by-others`: another leader completed a visit there, which is counted apart from the committee secretary's (R16). */
export type VillageState = "visited" | "by-others" | "under-way" | "planned" | "unvisited";

export interface VillageRow {
  id: string;
  name: string;
  code: string;
  /** Post holder of the branch: the subject of the cycle. */
  secretary: string;
  branch: string;
  state: VillageState;
  visits: View[];
  lastMs: number | undefined;
}

export interface Town {
  villages: View[];
  branches: View[];
  people: View[];
  subjects: View[];
  visits: View[];
}

/** The open cycle of the latest year, else the latest of all. */
export function currentCycle(cycles: View[]): View | undefined {
  const byYear = [...cycles].sort((a, b) => year(b) - year(a));
  return byYear.find((cycle) => OPEN_CYCLES.includes(text(cycle.fields.state))) ?? byYear[0];
}

/** The cycle's roster in its order, each village once, with its visits; what the server has not seen belongs to the open cycle. */
export function villageRows(cycle: string, open: string, town: Town, visitors: ReadonlySet<string>): VillageRow[] {
  const visits = town.visits.filter((visit) => (text(visit.fields.cycle_id) || open) === cycle);
  const seen = new Set<string>();
  const rows: VillageRow[] = [];
  for (const subject of town.subjects) {
    const id = text(subject.fields.village_id);
    if (subject.fields.cycle_id !== cycle || seen.has(id)) continue;
    seen.add(id);
    rows.push(row(id, subject, town, visits, visitors));
  }
  return rows.sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0));
}

function row(id: string, subject: View, town: Town, visits: View[], visitors: ReadonlySet<string>): VillageRow {
  const village = town.villages.find((view) => view.id === id);
  const own = visits.filter((visit) => visit.fields.village_id === id).sort((a, b) => startOf(b) - startOf(a));
  const standing = own.filter((visit) => visit.fields.state !== "cancelled");
  const reached = standing.filter((visit) => counts(visit, visitors));
  return {
    id,
    name: text(village?.fields.short_name) || text(village?.fields.name) || text(subject.fields.village_name),
    code: text(village?.fields.region_code) || text(subject.fields.village_code),
    secretary: nameOf(town.people, subject.fields.person_id),
    branch: text(town.branches.find((view) => view.id === subject.fields.branch_id)?.fields.name),
    state: stateOf(standing, reached),
    visits: own,
    lastMs: reached[0] ? startOf(reached[0]) : undefined,
  };
}

function stateOf(standing: View[], reached: View[]): VillageState {
  if (reached.length > 0) return "visited";
  if (standing.some((visit) => visit.fields.state === "in_progress")) return "under-way";
  if (standing.some((visit) => COUNTED.includes(text(visit.fields.state)))) return "by-others";
  return standing.length > 0 ? "planned" : "unvisited";
}

/** A visit counts from its completion on, when the committee secretary was there in person (R16). */
function counts(visit: View, visitors: ReadonlySet<string>): boolean {
  return COUNTED.includes(text(visit.fields.state)) && visitors.has(text(visit.fields.visitor_id));
}

/** R17: how many interviews with members and with others the village still lacks. */
export function missing(interviews: View[]): { members: number; others: number } {
  const members = interviews.filter((view) => view.fields.category === "party_member").length;
  const others = interviews.filter((view) => view.fields.category && view.fields.category !== "party_member").length;
  return { members: Math.max(0, LEAST_MEMBERS - members), others: Math.max(0, LEAST_OTHERS - others) };
}

/** The visit planned for today, else the village of the last visit of this person. */
export function guess(visits: View[], person: string, today: string): { village?: string; planned?: string } {
  const own = visits.filter((visit) => visit.fields.visitor_id === person);
  const planned = own.find((visit) => visit.fields.state === "planned" && visit.fields.planned_for === today);
  if (planned) return { village: text(planned.fields.village_id), planned: planned.id };
  const last = own
    .filter((visit) => visit.fields.state !== "planned" && visit.fields.state !== "cancelled")
    .sort((a, b) => startOf(b) - startOf(a))[0];
  return last ? { village: text(last.fields.village_id) } : {};
}

/** People who hold the post of the town committee's secretary; their visits are the ones that count. */
export function secretaries(people: View[], me: { person: string; roles: { role: string }[] } | undefined): Set<string> {
  const found = people.filter((view) => /党(委|工委)书记$/.test(text(view.fields.post)) && !view.fields.village_id);
  const ids = new Set(found.map((view) => view.id));
  if (me?.roles.some((role) => role.role === "committee_secretary")) ids.add(me.person);
  return ids;
}

/** What came after the lock of its meeting and is not locked yet, the newest first; `late` is the server's word. */
export function lateVisits(visits: View[]): View[] {
  return visits.filter((visit) => visit.fields.late === true && visit.fields.state !== "locked").sort((a, b) => startOf(b) - startOf(a));
}

export function nameOf(people: View[], id: unknown): string {
  return text(people.find((view) => view.id === id)?.fields.name);
}

export const startOf = (visit: View): number =>
  typeof visit.fields.start_at === "number" ? visit.fields.start_at : (visit.capturedAtMs ?? visit.createdAtMs);
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
const year = (cycle: View): number => (typeof cycle.fields.year === "number" ? cycle.fields.year : 0);
