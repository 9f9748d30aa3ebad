/** Decisions as the server tells them; who, what and about whom in words. */
import { known, t } from "../../i18n/words.ts";
import { codeWords, fieldWords } from "../../parts/problems.ts";

export interface AuditEvent {
  n: number;
  at_ms: number;
  account: string;
  person: string;
  event: string;
  about: string;
  device: string;
  detail: Record<string, unknown>;
}

export interface AuditPage {
  events: AuditEvent[];
  more: boolean;
}

/** A newer server may write down decisions that this app has no word for. */
export const eventWords = (event: string): string => (known(`audit.event.${event}`) ? t(`audit.event.${event}`) : t("audit.other"));

/** A person by name; what the system does by itself, or somebody at the machine, says so. */
export function whoWords(event: AuditEvent): string {
  if (event.person) return event.person;
  return known(`audit.by.${event.account}`) ? t(`audit.by.${event.account}`) : t("audit.by.unnamed");
}

/** Whom and what it concerns: person, install, role and village, how many rows. */
export function aboutWords(event: AuditEvent, villageName: (id: string) => string): string {
  const { detail } = event;
  const village = typeof detail.village === "string" ? villageName(detail.village) : "";
  const parts = [event.about, event.device, codeWords("role", detail.role), village, fieldOf(detail), counted(detail)];
  return parts.filter(Boolean).join(t("audit.dot")) || "–";
}

/** Which field of which record somebody decided about: its name, never its value. */
const fieldOf = (detail: Record<string, unknown>): string => (typeof detail.field === "string" ? fieldWords("visit", detail.field.split("/")[0] ?? "") : "");

function counted(detail: Record<string, unknown>): string {
  if (typeof detail.creates === "number" && typeof detail.updates === "number") return t("audit.rows", { creates: detail.creates, updates: detail.updates });
  return typeof detail.year === "number" ? t("audit.year", { year: detail.year }) : "";
}
