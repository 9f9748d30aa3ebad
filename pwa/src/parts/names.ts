/** Names of people, villages and areas as the screens show them. */
import { useCore } from "../client.ts";
import type { View } from "../contract.ts";
import { text } from "../domain/visiting.ts";
import { t } from "../i18n/words.ts";
import { codeWords } from "./problems.ts";

export const AREAS = ["study", "duty", "org_life", "poverty", "resident", "followup", "effect"];

export function villageName(id: unknown): string {
  const village = typeof id === "string" ? useCore().get(id) : undefined;
  return text(village?.fields.short_name) || text(village?.fields.name) || t("common.unknown-village");
}

/** 村, or 本村 for somebody who has one village and no other. */
export const villagesAt = (homes: string[]): string => (homes.length === 1 ? `/villages/${homes[0]}` : "/villages");

export function personName(id: unknown): string {
  const person = typeof id === "string" ? useCore().get(id) : undefined;
  return text(person?.fields.name);
}

/** Who stands behind an account: oneself, or whoever the records let us know. */
export function accountName(account: unknown): string {
  const me = useCore().me();
  if (me && account === me.account) return personName(me.person) || t("common.me");
  const visit = useCore()
    .list("visit")
    .find((view) => view.createdBy === account);
  return personName(visit?.fields.visitor_id) || t("common.colleague");
}

export const areaChoices = (): { value: string; label: string }[] => AREAS.map((code) => ({ value: code, label: t(`area.${code}`) }));

export const choices = (group: string, codes: string[]): { value: string; label: string }[] =>
  codes.map((code) => ({ value: code, label: t(`${group}.${code}`) }));

/** The line by which a child of a visit is known in a list. */
export function childTitle(view: View): string {
  const fields = view.fields;
  if (view.kind === "record_check") return text(fields.title) || codeWords("doc_type", fields.doc_type);
  if (view.kind === "interview") return text(fields.alias) || codeWords("category", fields.category);
  if (view.kind === "opinion" || view.kind === "addendum") return text(fields.text);
  return "";
}
