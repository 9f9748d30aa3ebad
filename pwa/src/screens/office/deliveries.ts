/** The delivery log as the server tells it; a period in words. */
import { language, t } from "../../i18n/words.ts";
import { dayWords } from "../../parts/times.ts";

export interface DeliveryLog {
  deliveries: { key: string; person: string; period: string; outcome: string; delivered_at_ms: number }[];
  effects: { waiting: number; dead: { id: string; kind: string; tries: number }[] };
}

/** 2026-W48 is a week, 2026-11-24 a day. */
export function periodWords(period: string): string {
  const week = /^(\d{4})-W(\d{1,2})$/.exec(period);
  return week ? t("digests.week", { year: Number(week[1]), week: Number(week[2]) }) : dayWords(period, language());
}
