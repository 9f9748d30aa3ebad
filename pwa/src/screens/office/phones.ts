/** A phone of the fleet in words. */
import { t } from "../../i18n/words.ts";

export interface Phone {
  replica: string;
  label: string;
  person: string;
  roles: string[];
  platform: string;
  app_version: string | null;
  last_contact_ms: number;
  pending: number | null;
  storage: { level?: string; evicted?: boolean };
  persisted: boolean | null;
  revoked_at_ms: number | null;
  in_use: boolean;
  silent: boolean;
}

const HOUR_MS = 3_600_000;

export function spanWords(ms: number): string {
  const hours = Math.max(0, Math.floor(ms / HOUR_MS));
  return hours >= 48 ? t("common.days", { n: Math.floor(hours / 24) }) : t("common.hours", { n: hours });
}

export function storageWords(phone: Phone): string {
  if (phone.storage.evicted) return t("phones.evicted");
  if (phone.storage.level && phone.storage.level !== "ok") return t("phones.full");
  return t(phone.persisted === true ? "phones.kept" : phone.persisted === false ? "phones.not-kept" : "phones.unknown");
}
