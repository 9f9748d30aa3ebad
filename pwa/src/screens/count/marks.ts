/** What weighs beside the ballots: marks from 0 to 100 with at most two places. Pure. */

export interface Marks {
  state: string;
  weighs: boolean;
  complete: boolean;
  marks: { subject: string; daily: string; secretary: string }[];
}
export type Typed = Record<string, { daily: string; secretary: string }>;
export const KINDS = ["daily", "secretary"] as const;

/** A mark as the server takes it; undefined what is none. */
export function readMark(words: string): string | undefined {
  const plain = words.trim().normalize("NFKC");
  return /^(100(\.0{1,2})?|\d{1,2}(\.\d{1,2})?)$/.test(plain) ? plain : undefined;
}

export type MarkStand = "empty" | "wrong" | "fits";
export function markStand(words: string): MarkStand {
  if (words.trim() === "") return "empty";
  return readMark(words) === undefined ? "wrong" : "fits";
}

/** The rows that are whole and differ from what the server has. */
export function changed(typed: Typed, told: Marks): Marks["marks"] {
  return Object.entries(typed).flatMap(([subject, one]) => {
    const [daily, secretary] = [readMark(one.daily), readMark(one.secretary)];
    if (daily === undefined || secretary === undefined) return [];
    const before = told.marks.find((row) => row.subject === subject);
    return before?.daily === daily && before.secretary === secretary ? [] : [{ subject, daily, secretary }];
  });
}

/** Subjects whose two marks are not both there, or no marks. */
export const unfinished = (typed: Typed, subjects: string[]): string[] =>
  subjects.filter((subject) => KINDS.some((kind) => markStand(typed[subject]?.[kind] ?? "") !== "fits"));
