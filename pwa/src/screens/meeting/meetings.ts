/** A meeting as the server tells it to the office and the scrutineer, and what its screens say of it. */
import { useCore, zone } from "../../client.ts";
import type { View } from "../../contract.ts";
import { currentCycle, text } from "../../domain/visiting.ts";
import { language, t } from "../../i18n/words.ts";
import { codeWords } from "../../parts/problems.ts";
import { isNear } from "../../parts/qr.ts";
import { dayOf, dayWords, timeOf } from "../../parts/times.ts";

export interface RollRow {
  id: string;
  name: string;
  group: string;
  account: string | null;
  recusals: string[];
  status: string;
}
export interface Meeting {
  title: string;
  place: string;
  starts_at_ms: number | null;
  /** Only the office is told. */
  hall_code?: string | null;
  /** Where phones reach the server; only the office is told, and only if the server knows. */
  address?: string | null;
  /** At the laptop in the hall: where phones reach it. `address` is then the app's own. */
  hub?: string | null;
  roll: RollRow[];
  rounds: RoundLine[];
}
/** What everybody is told of a meeting, and the office changes. */
export type Notice = Pick<Meeting, "title" | "place" | "starts_at_ms">;
/** Shape: `has_tally_key`: a scrutineer has named it */
export interface RoundLine {
  id: string;
  no: number;
  title: string;
  state: string;
  deadline_ms: number;
  has_tally_key: boolean;
}
export interface ReadyRow {
  id: string;
  name: string;
  group: string;
  account: string | null;
  enrolled: boolean;
  last_contact_ms: number | null;
  has_sheet: boolean;
}

export const GROUPS = ["leader", "member_rep"];
export const STATUSES = ["expected", "present", "excused", "absent", "left_early"];
export const LEAST_IN_GROUP = 5;
const HERE = ["present", "left_early"];

export const groupWords = (slug: string): string => codeWords("evaluators", slug) || slug;
/** In a list of names, where the whole name of a group would break every line. */
export const shortGroup = (slug: string): string => codeWords("evaluators", `short-${slug}`) || groupWords(slug);
export const isHere = (row: { status: string }): boolean => HERE.includes(row.status);

/** How many have to come: two thirds of those entitled, rounded up (DOMAIN 4.4). */
export const quorumOf = (entitled: number): number => Math.ceil((2 * entitled) / 3);

/** Shape: group → how many; in the order of the groups. */
export function perGroup(rows: { group: string }[]): { group: string; n: number }[] {
  const found = new Set(rows.map((row) => row.group));
  const groups = [...GROUPS.filter((group) => found.has(group)), ...[...found].filter((group) => !GROUPS.includes(group))];
  return groups.map((group) => ({ group, n: rows.filter((row) => row.group === group).length }));
}

/** Where so few may grade that they could not hide among each other. Shape: no `subject` where the whole group is that small */
export interface SmallPlace {
  group: string;
  subject?: string;
  n: number;
}

/** Less recusals, as the server will judge it (docs/decisions/0051). */
export function smallPlaces(rows: Pick<RollRow, "group" | "recusals">[], subjects: string[]): SmallPlace[] {
  return perGroup(rows).flatMap(({ group, n }): SmallPlace[] => {
    if (n < LEAST_IN_GROUP) return [{ group, n }];
    const left = subjects.map((subject) => ({ group, subject, n: rows.filter((row) => row.group === group && !row.recusals.includes(subject)).length }));
    return left.filter((one) => one.n < LEAST_IN_GROUP);
  });
}

/** Groups of which one to four have a phone, or one to four none: whoever counts can tell those few votes apart, not whose. */
export function fewOfAChannel(rows: Pick<RollRow, "group" | "account">[]): { group: string; n: number; channel: "paper" | "phone" }[] {
  return perGroup(rows).flatMap(({ group, n }) => {
    const phone = rows.filter((row) => row.group === group && row.account !== null).length;
    const both = [{ group, n: phone, channel: "phone" as const }, { group, n: n - phone, channel: "paper" as const }];
    return both.filter((one) => one.n > 0 && one.n < LEAST_IN_GROUP);
  });
}

/** Ready is who can hand in without help tomorrow: signed in on a phone, and the sheet is on it. Whom to phone comes first. */
export const isReady = (row: ReadyRow): boolean => row.enrolled && row.has_sheet;

export function toPhone(rows: ReadyRow[]): ReadyRow[] {
  const rank = (row: ReadyRow): number => (row.enrolled ? 1 : 0);
  return rows.filter((row) => row.account !== null && !isReady(row)).sort((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name, "zh"));
}

export function whenWords(ms: number | null | undefined): string {
  if (typeof ms !== "number") return t("hall.no-time");
  return `${dayWords(dayOf(ms, zone()), language())} ${timeOf(ms, zone())}`;
}

/** Those that are appraised this year, with the village that people know them by. Shape: `id` subject, `village` short name */
export function subjectsNow(): { id: string; village: string }[] {
  const core = useCore();
  const cycle = currentCycle(core.list("cycle"));
  return core
    .list("subject")
    .filter((view) => view.fields.cycle_id === cycle?.id && view.fields.graded !== false)
    .map((view) => ({ id: view.id, village: text(core.get(text(view.fields.village_id))?.fields.short_name) }));
}

export const roundsOf = (meeting: string): View[] =>
  useCore()
    .list("ballot_round")
    .filter((view) => view.fields.meeting_id === meeting)
    .sort((one, other) => Number(other.fields.no) - Number(one.fields.no));

/** A meeting has one round that counts: another is prepared, under the next number, once all before it are void. */
export const mayRepeat = (rounds: View[]): boolean => rounds.every((one) => one.fields.state === "void");
export const nextNo = (rounds: View[]): number => Math.max(0, ...rounds.map((one) => Number(one.fields.no))) + 1;

/** Where a phone's camera signs its owner in; the address of the hall's laptop goes along. Undefined where it would lead a phone nowhere. */
export function signInAddress(id: string, meeting: Meeting, origin: string): string | undefined {
  const { hall_code: code, hub } = meeting;
  const base = meeting.address ?? origin;
  if (!code || isNear(base) || (hub && isNear(hub))) return undefined;
  return `${base}/ballot/meetings/${id}/sign-in?code=${code}${hub ? `&hub=${hub.replace("https://", "")}` : ""}`;
}

export const holdsRole = (...roles: string[]): boolean => useCore().me()?.roles.some(({ role }) => roles.includes(role)) === true;
