/** Accounts, roles and invitations as the server tells them, and the choices of the office's forms. */
import { now, useCore, zone } from "../../client.ts";
import { text } from "../../domain/visiting.ts";
import { language, t } from "../../i18n/words.ts";
import type { Choice } from "../../parts/ChoiceRow.vue";
import { villageName } from "../../parts/names.ts";
import { codeWords } from "../../parts/problems.ts";
import { dayOf, dayWords, timeOf } from "../../parts/times.ts";

export interface Held {
  assignment: string;
  role: string;
  village: string | null;
  from_ms: number;
  to_ms: number | null;
  when: "now" | "later" | "ended";
}
export interface Account {
  account: string;
  person: string | null;
  name: string;
  post: string;
  has_password: boolean;
  phones: number;
  last_contact_ms: number | null;
  roles: Held[];
}
export interface InvitationLine {
  id: string;
  person: string;
  role: string;
  village: string | null;
  state: "open" | "used" | "closed" | "expired" | "withdrawn";
  created_at_ms: number;
  expires_at_ms: number;
  invited_by: string;
  used_at_ms: number | null;
  used_label: string | null;
}
/** Somebody on the list of those to invite: of the roster, or by name. */
export interface Guest {
  person?: string;
  name?: string;
  role: string;
  village?: string;
}
export interface Invited extends Guest {
  id: string;
  code: string;
  expires_at_ms: number;
}

export const VILLAGE_ROLES = ["branch_secretary", "first_secretary", "resident_team", "village_lead"];
const TOWN_ROLES = ["committee_secretary", "deputy_secretary", "committee_member", "pbo", "leader", "evaluator", "scrutineer", "teller"];
/** Read online only, so no phone is invited for them. */
const ONLINE_ROLES = ["county_observer", "admin"];

export const roleChoices = (online: boolean): Choice[] =>
  [...TOWN_ROLES, ...VILLAGE_ROLES, ...(online ? ONLINE_ROLES : [])].map((role) => ({ value: role, label: codeWords("role", role) }));

export function personChoices(): Choice[] {
  const people = useCore().list("person");
  return people
    .map((view) => ({ value: view.id, label: [text(view.fields.name), text(view.fields.post), view.fields.village_id ? villageName(view.fields.village_id) : ""].filter(Boolean).join(" · ") }))
    .sort((one, other) => one.label.localeCompare(other.label, "zh"));
}

export const villageChoices = (): Choice[] =>
  useCore()
    .list("village")
    .map((view) => ({ value: view.id, label: text(view.fields.short_name) || text(view.fields.name) }));

export const roleWords = (role: string, village: string | null | undefined): string =>
  `${codeWords("role", role) || t("role.unknown")}${village ? ` · ${villageName(village)}` : ""}`;

export const momentWords = (ms: number): string => `${dayWords(dayOf(ms, zone()), language(), dayOf(now(), zone()))} ${timeOf(ms, zone())}`;

/** From when, until when; a role without end says nothing. */
export function spanWords(held: Held): string {
  const day = (ms: number): string => dayWords(dayOf(ms, zone()), language(), dayOf(now(), zone()));
  if (held.when === "ended" && held.to_ms !== null) return t("people.ended", { day: day(held.to_ms) });
  const from = held.when === "later" ? t("people.from", { day: day(held.from_ms) }) : "";
  return [from, held.to_ms === null ? "" : t("people.until", { day: day(held.to_ms) })].filter(Boolean).join(t("common.comma"));
}
