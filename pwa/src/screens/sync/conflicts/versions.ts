/** The versions of one field in a conflict, in words: the record's own first, then each side with who wrote it, when and where. */
import { now, zone } from "../../../client.ts";
import type { Core, View } from "../../../contract.ts";
import { specOf } from "../../../domain/kinds.ts";
import { text } from "../../../domain/visiting.ts";
import { language, t } from "../../../i18n/words.ts";
import { type Side, sidesOf } from "../../../parts/conflicts.ts";
import { accountName, childTitle, villageName } from "../../../parts/names.ts";
import { dayOf, dayWords, timeOf } from "../../../parts/times.ts";

export const SIGNS = "甲乙丙丁戊己庚辛壬癸";

export interface Version {
  sign: string;
  /** What a settle would choose. */
  value: unknown;
  /** Who, when, on which phone; one line. */
  origin: string;
}

/** The record's own value (`headBy`: who wrote it, where that is known) and every side's; over deleting, `true` is to delete and `false` to keep. */
export function versionsOf(core: Core, conflict: View, headBy = ""): Version[] {
  const { field } = conflict.fields;
  const record = core.get(String(conflict.fields.record));
  const head = field === "deleted" ? record?.deleted === true : valueIn(record, String(field));
  const sides = sidesOf(conflict).map((side, at) => ({ sign: sign(at + 1), value: side.value ?? null, origin: originOf(core, side) }));
  return [{ sign: sign(0), value: head, origin: headBy ? `${t("conflicts.head")} · ${headBy}` : headOrigin(core, record, String(field)) }, ...sides];
}

const sign = (at: number): string => SIGNS[at] ?? String(at + 1);

/** `companions/<id>` names one element of a set. */
function valueIn(record: View | undefined, field: string): unknown {
  const [name = "", key] = field.split("/");
  const value = record?.fields[name] ?? null;
  if (key === undefined) return value;
  return (Array.isArray(value) ? value : []).find((element) => String((element as { id?: unknown }).id ?? element) === key) ?? null;
}

function originOf(core: Core, side: Side): string {
  return [accountName(side.account), whenWords(side.captured_at_ms), whereWords(core, side)].filter(Boolean).join(" · ");
}

/** The mirror knows who wrote the record last, not who wrote this field; own writing is known. */
function headOrigin(core: Core, record: View | undefined, field: string): string {
  if (!record) return t("conflicts.head");
  const mine = record.updatedBy === core.me()?.account && field !== "deleted";
  return mine || record.seq === 0 ? t("conflicts.head") : `${t("conflicts.head")} · ${t("conflicts.last", { who: accountName(record.updatedBy), when: whenWords(record.updatedAtMs) })}`;
}

export const whenWords = (ms: number | undefined): string =>
  ms === undefined || ms === 0 ? "" : `${dayWords(dayOf(ms, zone()), language(), dayOf(now(), zone()))} ${timeOf(ms, zone())}`;

function whereWords(core: Core, side: Side): string {
  const me = core.me();
  if (side.replica.startsWith("cmd:")) return t("conflicts.at-desk");
  if (side.replica === me?.replica) return t("conflicts.this-phone");
  return t(side.account === me?.account ? "conflicts.own-phone" : "conflicts.their-phone");
}

/** Which record this is about: the village, and the child's own name. */
export function placeOf(core: Core, record: View | undefined): string {
  if (!record) return t("conflicts.a-record");
  return [villageOf(core, record), record.kind === "visit" ? "" : childTitle(record)].filter(Boolean).join(" · ");
}

/** The village of a record, known even where its visit is deleted. */
export function villageOf(core: Core, record: View): string {
  const parent = core.get(record.parent ?? "");
  const visit = record.kind === "visit" ? record : parent?.kind === "interview" ? core.get(parent.parent ?? "") : parent;
  const village = visit?.fields.village_id ?? record.fields.village_id ?? (visit?.scope ?? record.scope ?? "").replace(/^field:/, "");
  return villageName(village);
}

/** Whether the versions are texts that can be joined, and how long the field may be. */
export function joinable(kind: string, field: string, versions: Version[]): { most: number } | undefined {
  const spec = specOf(kind, field);
  if (spec?.type !== "text" || versions.some((version) => typeof version.value !== "string" || version.value === "")) return undefined;
  return { most: spec.max ?? 0 };
}

/** All texts one below the other; one that stands whole in another is not written twice. */
export function joined(versions: Version[]): string {
  const texts = [...new Set(versions.map((version) => text(version.value)))];
  return texts.filter((one) => !texts.some((other) => other !== one && other.includes(one))).join("\n");
}

/** Somebody settled this field before, and now it differs again: who, and whether this person chose at the same time. */
export function settledBefore(core: Core, conflict: View): { who: string; mine: boolean } | undefined {
  const { record, field } = conflict.fields;
  const before = core
    .list("conflict")
    .filter((other) => other.fields.status === "settled" && other.fields.settled_by && other.fields.record === record && other.fields.field === field)
    .sort((a, b) => b.updatedAtMs - a.updatedAtMs)[0];
  if (!before) return undefined;
  const mine = sidesOf(conflict).some((side) => side.account === core.me()?.account);
  return { who: accountName(before.fields.settled_by), mine };
}
