/** A problem's slug becomes three sentences; a pointer becomes the name of a field. No slug reaches a screen. */
import type { Problem } from "../contract.ts";
import { known, t } from "../i18n/words.ts";

export interface ProblemWords {
  what: string;
  safe: string;
  tap: string;
  places: string[];
}

export function problemWords(problem: Problem, kind = ""): ProblemWords {
  const slug = slugOf(problem);
  const words = { n: problem.wait_s ?? problem.retry_after_s ?? 0, left: problem.tries_left ?? 0 };
  return {
    what: t(`problem.${slug}.what`, words),
    safe: t(`problem.${slug}.safe`, words),
    tap: t(`problem.${slug}.tap`, words),
    places: [...new Set([codeWords("guard", problem.guard), ...(problem.errors ?? []).map((error) => placeWords(error.pointer, kind))])].filter(Boolean),
  };
}

/** A phrase that opens no backup is not one of the ten tries of the lock. */
function slugOf(problem: Problem): string {
  if (problem.slug === "wrong-pin" && problem.tries_left === undefined) return "backup-unreadable";
  return known(`problem.${problem.slug}.what`) ? problem.slug : "local-fault";
}

function placeWords(pointer: string, kind: string): string {
  const field = pointer.replace(/^\/(fields\/)?/, "").split("/")[0] ?? "";
  if (!field) return "";
  const name = fieldWords(kind, field);
  return name ? t("refused.place", { field: name }) : t("refused.place-unknown");
}

/** The Chinese name of a field; a map field carries its key: `area_notes.study`. */
export function fieldWords(kind: string, field: string): string {
  const [head = "", key = ""] = field.split(".");
  for (const path of [`field.${kind}-${head}`, `field.${head}`]) {
    if (!known(path)) continue;
    const inner = key && known(`area.${key}`) ? t(`area.${key}`) : "";
    return inner ? t("field.of-map", { map: t(path), key: inner }) : t(path);
  }
  return "";
}

/** What a kind is called. */
export const kindWords = (kind: string): string => (known(`kind.${kind}`) ? t(`kind.${kind}`) : t("kind.unknown"));

/** The name of a code of a choice field. */
export function codeWords(group: string, code: unknown): string {
  return typeof code === "string" && known(`${group}.${code}`) ? t(`${group}.${code}`) : "";
}
