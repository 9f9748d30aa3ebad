/** The few figures and lines that the screens of a ballot share. */
import { now, zone } from "../../client.ts";
import type { View } from "../../contract.ts";
import type { Held, SheetRow } from "../../domain/ballot/held.ts";
import type { Choice } from "../../domain/ballot/manifest.ts";
import { language, t } from "../../i18n/words.ts";
import { dayOf, dayWords, timeOf } from "../../parts/times.ts";

export const CHOICES: Choice[] = ["good", "fairly_good", "average", "poor", "abstain"];

export type Graded = Record<"done" | "all", number>;

/** How many of the rows he may grade have something chosen. */
export function gradedOf(rows: SheetRow[], held: Held | undefined): Graded {
  const own = rows.filter(({ recused }) => !recused);
  return { done: own.filter(({ id }) => held?.choices[id]).length, all: own.length };
}

/** What the sheet says as it stands: each choice with its number, and how many rows are blank and go as abstentions. */
export function summaryOf(rows: SheetRow[], held: Held | undefined): { counts: Record<Choice, number>; blank: number } {
  const counts: Record<Choice, number> = { good: 0, fairly_good: 0, average: 0, poor: 0, abstain: 0 };
  let blank = 0;
  for (const { id, recused } of rows) {
    if (recused) continue;
    const choice = held?.choices[id];
    if (!choice) blank += 1;
    counts[choice ?? "abstain"] += 1;
  }
  return { counts, blank };
}

/** 截止 16:30; with its day where that is not today. */
export function deadlineOf(view: View | undefined): string {
  const ms = Number(view?.fields.deadline_ms ?? 0);
  const [day, today] = [dayOf(ms, zone()), dayOf(now(), zone())];
  const time = timeOf(ms, zone());
  return t("ballot.deadline", { when: day === today ? time : `${dayWords(day, language(), today)} ${time}` });
}
