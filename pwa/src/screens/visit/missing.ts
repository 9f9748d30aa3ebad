/** 还差：what a village still lacks by R17, in words; empty when nothing. */
import { t } from "../../i18n/words.ts";

export function missingWords(lacks: { members: number; others: number }): string {
  const parts = [
    lacks.members > 0 ? t("finish.lacks-members", { n: lacks.members }) : "",
    lacks.others > 0 ? t("finish.lacks-others", { n: lacks.others }) : "",
  ].filter(Boolean);
  return parts.length > 0 ? t("finish.lacks", { what: parts.join(t("common.comma")) }) : "";
}
