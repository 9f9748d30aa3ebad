/** A draft is kept under the address of its form; the address says what it is. */
import { useCore } from "../../client.ts";
import { t } from "../../i18n/words.ts";
import { villageName } from "../../parts/names.ts";

const FORMS: Record<string, string> = {
  checks: "kind.record_check",
  interviews: "kind.interview",
  opinions: "kind.opinion",
  addenda: "kind.addendum",
  head: "visit.head",
  texts: "visit.texts",
  finish: "visit.finish",
};

export function draftTitle(key: string): string {
  const [, , visit = "", form = ""] = key.split("/");
  if (visit === "new") return t("new.title");
  const village = useCore().get(visit)?.fields.village_id;
  return t("today.draft-of", { village: villageName(village), form: t(FORMS[form] ?? "kind.unknown") });
}
