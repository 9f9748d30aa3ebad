/** A field's value as a person reads it: moments, days, people, villages, codes; a set as a list. */
import { now, useCore, zone } from "../../client.ts";
import { language, t } from "../../i18n/words.ts";
import { personName, villageName } from "../../parts/names.ts";
import { codeWords, fieldWords } from "../../parts/problems.ts";
import { dayOf, dayWords, timeOf } from "../../parts/times.ts";

export function valueWords(kind: string, field: string, value: unknown): string {
  if (field === "deleted") return typeof value === "boolean" ? t(value ? "conflicts.delete" : "conflicts.keep") : fieldsWords(kind, value).join("\n");
  if (value === undefined || value === null || value === "") return t("conflicts.empty");
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (Array.isArray(value)) return value.map((element) => valueWords(kind, field, element)).join(t("common.comma"));
  if (typeof value === "number") return field.endsWith("_at") ? momentWords(value) : String(value);
  if (typeof value === "object") return fieldsWords(kind, value).join("\n");
  return textWords(field, String(value));
}

/** Every field of a record that has a name, as "name: value"; machinery without a name stays out. */
export function fieldsWords(kind: string, fields: unknown): string[] {
  return Object.entries((fields ?? {}) as Record<string, unknown>).flatMap(([field, value]) => {
    const name = fieldWords(kind, field);
    return name && value !== null && value !== "" ? [`${name}${t("common.colon")}${valueWords(kind, field, value)}`] : [];
  });
}

function textWords(field: string, value: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return dayWords(value, language(), dayOf(now(), zone()));
  const head = field.split(".")[0] ?? field;
  if (head === "village_id") return villageName(value);
  if (head === "visitor_id" || head === "companions") return personName(value) || t("common.unknown-person");
  const code = codeWords(head, value);
  return code || (useCore().get(value) ? t("conflicts.a-record") : value);
}

function momentWords(ms: number): string {
  return `${dayWords(dayOf(ms, zone()), language(), dayOf(now(), zone()))} ${timeOf(ms, zone())}`;
}
