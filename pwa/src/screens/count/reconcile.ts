/** The reconciliation as people read it: one line for all subjects whose numbers are the same, and what does not hold. Pure. */
import type { Place, Sheet } from "./sheet.ts";

export interface Numbers {
  entitled: number;
  present: number;
  issued_e: number;
  issued_p: number;
  received_e: number;
  collected_p: number;
  late: number;
  lost: number;
  spoiled: number;
  duplicate_attempts: number;
}
export interface Signer {
  name: string;
  mine: boolean;
}
export interface Reconciliation {
  state: string;
  rows: (Place & Numbers)[];
  broken: (Place & { what: string })[];
  paper_agrees: boolean;
  signed: { reconciliation: number; tally: number };
  signers: { reconciliation: Signer[]; tally: Signer[] };
}
/** Shape: `subjects` names, all of the sheet where nobody is recused. */
export interface Line extends Numbers {
  group: string;
  subjects: string[];
  broken: string[];
}

export const COLUMNS: (keyof Numbers)[] = ["entitled", "present", "issued_e", "received_e", "late", "issued_p", "collected_p", "spoiled", "lost", "duplicate_attempts"];

/** Group by group; subjects with the same numbers and the same faults stand in one line. */
export function linesOf(sheet: Sheet, told: Reconciliation): Line[] {
  const lines = new Map<string, Line>();
  for (const group of sheet.groups) {
    for (const { id, name } of sheet.subjects) {
      const row = told.rows.find((one) => one.group === group && one.subject === id);
      if (!row) continue;
      const broken = told.broken.filter((one) => one.group === group && one.subject === id).map(({ what }) => what);
      const key = JSON.stringify([group, COLUMNS.map((column) => row[column]), broken]);
      const { subject: _subject, ...numbers } = row;
      const line = lines.get(key) ?? { ...numbers, subjects: [], broken };
      line.subjects.push(name);
      lines.set(key, line);
    }
  }
  return [...lines.values()];
}

export const NEEDED = 2;

/** What keeps a scrutineer from signing now, as keys below `guard.` and `count.`; empty where he may. */
export function lacksToSign(told: Reconciliation): string[] {
  if (told.signed.reconciliation > 0) return [];
  return [...(told.paper_agrees ? [] : ["paper-agrees"]), ...(told.broken.length > 0 ? ["numbers-agree"] : [])];
}

/** More came back than was given out: nothing but a new round helps (DOMAIN 4.4). */
export const isVoid = (told: Reconciliation): boolean => told.broken.some(({ what }) => what === "more-back-than-issued");
