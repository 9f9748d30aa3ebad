/** Which fields the office put right before it let a change in. */
import type { View } from "../../../contract.ts";
import { text } from "../../../domain/visiting.ts";
import { t } from "../../../i18n/words.ts";
import { fieldWords } from "../../../parts/problems.ts";

export function correctedWords(notice: View): string {
  const fields = Array.isArray(notice.fields.corrected) ? notice.fields.corrected : [];
  const names = fields.map((field) => fieldWords(text(notice.fields.change_kind), String(field)) || t("conflicts.a-field"));
  return names.length > 0 ? t("refused.corrected", { list: names.join(t("common.comma")) }) : "";
}
