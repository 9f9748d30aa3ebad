/** What a person may do and hold by the roles of today, and what left this phone when one ended. Pure. */
import { KINDS } from "./kinds.ts";

/** What left the phone when a role ended. Shape: `villages` by name; none where the whole township went. */
export interface LostScopes {
  at_ms: number;
  villages: string[];
}

export interface HeldRole {
  role: string;
  village?: string | null;
}

/** What a page of the feed says about the roles: those held now, and the scopes that came and went with them. */
export interface Told {
  roles?: HeldRole[];
  dropped: string[];
  at_ms: number;
}

export interface Standing {
  roles?: HeldRole[];
  lost?: LostScopes;
}

/** The office sees every village, a leader those in whose visits he takes part, everybody else none. */
const OFFICE = ["committee_secretary", "pbo"];

const holds = (roles: readonly HeldRole[], names: readonly string[]): boolean => roles.some((held) => names.includes(held.role));

export const mayBeginVisits = (roles: readonly HeldRole[]): boolean => holds(roles, KINDS.visit?.create_roles ?? []);

/** Whether what is seen and heard in a village is written by somebody at all, as visitor or companion. */
export const goesToVillages = (roles: readonly HeldRole[]): boolean => mayBeginVisits(roles) || holds(roles, ["committee_member"]);

/** Whether somebody has no business here but a ballot: he finds 评议 and 我的, and nothing to look for elsewhere. */
export const onlyEvaluates = (roles: readonly HeldRole[]): boolean => roles.length > 0 && roles.every(({ role }) => role === "evaluator");

/** Whether a village without a visit on this phone is one that nobody has visited. */
export const seesEveryVillage = (roles: readonly HeldRole[]): boolean => holds(roles, OFFICE);

/** The villages of somebody who has no business in any other: 本村 in place of 村. */
export function homesOf(roles: readonly HeldRole[]): string[] {
  if (mayBeginVisits(roles)) return [];
  return [...new Set(roles.flatMap((held) => (held.village ? [held.village] : [])))];
}

/**
 * The standing after a page. What was lost adds up until a person has read it.
 *
 * Laws: L15
 */
export function standingAfter(before: Standing, told: Told, nameOf: (village: string) => string): Standing {
  const roles = told.roles ?? before.roles;
  const names = told.dropped.flatMap((scope) => {
    const [sort, village] = scope.split(":");
    return sort === "field" || sort === "village" ? [nameOf(village ?? "")] : [];
  });
  const villages = [...new Set([...(before.lost?.villages ?? []), ...names.filter(Boolean)])];
  const lost = told.dropped.length > 0 ? { at_ms: told.at_ms, villages } : before.lost;
  return { ...(roles && { roles }), ...(lost && { lost }) };
}
