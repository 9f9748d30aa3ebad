/** Why a change was refused, in words: of the whole change, and of each of its fields. */
import type { OutboxItem, Problem } from "../../../contract.ts";
import { flat } from "../../../domain/kinds.ts";
import { t } from "../../../i18n/words.ts";
import { codeWords, fieldWords } from "../../../parts/problems.ts";
import { valueWords } from "../values.ts";

/** What the server's checks say of a value (server/schemas/kinds/base.py, server/domain/visits.py), and our words for it. */
const REASONS: [RegExp, string, string[]][] = [
  [/^is needed$/, "needed", []],
  [/^is before the start$/, "order", []],
  [/^has (\d+) characters, at most (\d+) fit$/, "long", ["n", "most"]],
  [/^lies between (\S+) and (\S+)$/, "range", ["least", "most"]],
  [/^takes one of /, "choice", []],
  [/^is empty when consent is refused$/, "silent", []],
  [/^takes a day/, "day", []],
  [/^takes a (whole )?number$/, "number", []],
  [/NUL|surrogate/, "signs", []],
  [/^Longer than maximum length/, "many", []],
  [/^is (fixed at creation|written by the server)|^changes only by a command|^is set by a command|^does not go with/, "fixed", []],
  [/^is no field of this kind$|^is unknown$/, "unknown", []],
  [/^is no village$/, "village", []],
];

export function reasonOf(detail: string): string {
  for (const [pattern, key, names] of REASONS) {
    const found = pattern.exec(detail);
    if (found) return t(`reason.${key}`, Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? ""])));
  }
  return t("reason.other");
}

/** What a guard found, where it names a state: 现在是已取消，不能再完成. */
export function guardWords(problem: Problem | undefined): string {
  const found = /^it is (\w+); (\w+) is possible from/.exec(problem?.detail ?? "");
  const state = codeWords("state", found?.[1]);
  const action = codeWords("action", found?.[2]);
  return state && action ? t("reason.guard", { state, action }) : "";
}

export interface RefusedField {
  field: string;
  name: string;
  words: string;
  /** Why this very field was refused; empty where it was not the reason. */
  reason: string;
}

/** Every field of a refused change with its value, those that were the reason first; one that is lacking is named too. */
export function refusedFields(item: OutboxItem): RefusedField[] {
  const reasons = new Map((item.problem?.errors ?? []).map(({ pointer, detail }) => [fieldOf(pointer), reasonOf(detail)]));
  const fields = flat(item.kind, item.fields);
  const names = new Set([...Object.keys(fields), ...reasons.keys()]);
  const lines = [...names].map((field) => ({ field, name: fieldWords(item.kind, field), words: valueWords(item.kind, field, fields[field]), reason: reasons.get(field) ?? "" }));
  return lines.filter((line) => line.name !== "").sort((a, b) => Number(b.reason !== "") - Number(a.reason !== ""));
}

/** `/fields/area_notes/study` and `/fields/area_notes.study` are the same field; a place in a list is its field. */
function fieldOf(pointer: string): string {
  const [head = "", key = ""] = pointer.replace(/^\/(fields\/)?/, "").split("/");
  return key && !/^\d+$/.test(key) && !head.includes(".") ? `${head}.${key}` : head;
}
