/** A digest comes as codes and numbers; here they become sentences. */
import { t } from "../../i18n/words.ts";
import { codeWords } from "../../parts/problems.ts";

export interface DigestLine {
  code: string;
  count: number;
  names: string[];
  target?: { list?: string; filter?: string };
  note?: { code: string; number: number } | null;
}

const PLACES: Record<string, string> = {
  villages: "/villages?only=unvisited",
  replicas: "/replicas?only=silent",
  conflicts: "/sync/conflicts",
  visits: "/villages",
};

export function lineWords(line: DigestLine): string {
  return codeWords("digest.line", line.code) ? t(`digest.line.${line.code}`, { n: line.count }) : t("digest.line.other", { n: line.count });
}

/** Why the number may be wrong: said in the same line, never below it. */
export function doubtWords(line: DigestLine): string {
  if (!line.note || !codeWords("digest.note", line.note.code)) return "";
  const { code, number } = line.note;
  if (code === "phone-pending" || code === "phone-none") return t(`digest.note.${code}`, { n: number });
  const span = number >= 48 ? t("common.days", { n: Math.floor(number / 24) }) : t("common.hours", { n: number });
  return t(`digest.note.${code}`, { span });
}

export const targetOf = (line: DigestLine): string => PLACES[line.target?.list ?? ""] ?? "";
