/** The published count as a page: bars, why something is hidden, who may do what next. Pure. */
import { OUTCOMES, type Outcome } from "./entry.ts";

export type Counts = Record<Outcome, number>;
export interface SubjectResult {
  id: string;
  name: string;
  total: Counts | null;
  groups: Record<string, Counts>;
  hidden: boolean;
  ballot_shown: string | null;
  shown: string | null;
  suggested: string | null;
  decided: string | null;
  reason: string | null;
  minute_ref: string | null;
}
export interface Result {
  state: string;
  subjects: SubjectResult[];
  groups: Record<string, Counts>;
  total: Counts | null;
}
/** One part of a bar. Shape: `share` of all rows in hundredths. */
export interface Part {
  outcome: Outcome;
  n: number;
  share: number;
}

export const GRADES: Outcome[] = ["good", "fairly_good", "average", "poor"];

/** The parts of a bar that are there at all, in the order of the sheet; together a hundred. */
export function partsOf(counts: Counts): Part[] {
  const all = OUTCOMES.reduce((sum, name) => sum + counts[name], 0);
  return OUTCOMES.filter((name) => counts[name] > 0).map((outcome) => ({ outcome, n: counts[outcome], share: (100 * counts[outcome]) / all }));
}

export const validOf = (counts: Counts): number => GRADES.reduce((sum, name) => sum + counts[name], 0);

/** Why not everything is told apart: all of it, some groups, or nothing. */
export const hiddenWhy = (one: SubjectResult): "all" | "groups" | undefined => (one.total === null ? "all" : one.hidden ? "groups" : undefined);

/** Another grade than the suggested one needs its reason and the minutes (DOMAIN 14.3). */
export const needsReason = (one: SubjectResult, decided: string): boolean => decided !== one.suggested;

/** How long a reason and a reference to the minutes may be, in letters. */
export const MOST = { reason: 500, minute_ref: 80 };

/** Those not decided yet whose suggested grade can be taken as it is. */
export const asSuggested = (all: SubjectResult[]): SubjectResult[] => all.filter((one) => one.decided === null && one.suggested !== null);

export type Deed = "sign" | "decide" | "publish";

/** What somebody with these roles may do with a result in this state. The office signs nothing (DOMAIN 11.3). */
export function deedsOf(state: string, roles: string[]): Deed[] {
  const deeds: Deed[] = [];
  if (state === "counted" && roles.includes("scrutineer") && !roles.includes("pbo")) deeds.push("sign");
  if (["counted", "certified", "published"].includes(state) && roles.includes("committee_secretary")) deeds.push("decide");
  if (state === "certified" && roles.includes("committee_secretary")) deeds.push("publish");
  return deeds;
}
