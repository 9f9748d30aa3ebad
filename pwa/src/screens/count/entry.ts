/** One clerk's count of the paper forms: what he typed, what it comes to, and which rows do not come to the forms that are back. Pure. */
import { keyOf, type Place, type Sheet } from "./sheet.ts";

export const OUTCOMES = ["good", "fairly_good", "average", "poor", "abstain", "invalid"] as const;
export type Outcome = (typeof OUTCOMES)[number];
/** Six numbers as they are typed, by place. */
export type Cells = Record<string, Partial<Record<Outcome, string>>>;

export interface Entries {
  state: string;
  entries: { entry: "a" | "b"; name: string; mine: boolean }[];
  agrees: boolean;
  differences: Place[];
  forms: (Place & { collected: number })[];
}
export type Row = Place & Record<Outcome, number>;

/** Which of the two entries is this account's: the one it made, else the free one; undefined where others made both. */
export function ownEntry(entries: Entries["entries"]): "a" | "b" | undefined {
  const mine = entries.find((one) => one.mine);
  if (mine) return mine.entry;
  return (["a", "b"] as const).find((name) => !entries.some((one) => one.entry === name));
}

/** A count as it was typed; an empty one is 0, undefined what is no count. */
export function readCount(words: string | undefined): number | undefined {
  const plain = (words ?? "").trim().normalize("NFKC");
  if (plain === "") return 0;
  return /^\d{1,4}$/.test(plain) ? Number(plain) : undefined;
}

/** What the row comes to; undefined while something in it is no count. */
export function sumOf(cells: Cells[string] | undefined): number | undefined {
  const counts = OUTCOMES.map((name) => readCount(cells?.[name]));
  return counts.reduce<number | undefined>((all, one) => (all === undefined || one === undefined ? undefined : all + one), 0);
}

export type Stand = "fits" | "off" | "wrong" | "untouched";

/** Whether a row comes to the forms that are back. */
export function standOf(cells: Cells[string] | undefined, collected: number): Stand {
  const typed = OUTCOMES.some((name) => (cells?.[name] ?? "").trim() !== "");
  const sum = sumOf(cells);
  if (sum === undefined) return "wrong";
  if (sum === collected) return "fits";
  return typed ? "off" : "untouched";
}

export const collectedOf = (told: Entries, place: Place): number => told.forms.find((one) => keyOf(one) === keyOf(place))?.collected ?? 0;

/** The groups that have paper at all. */
export const groupsOnPaper = (sheet: Sheet, told: Entries): string[] =>
  sheet.groups.filter((group) => told.forms.some((one) => one.group === group && one.collected > 0));

/** Every place of the sheet as the server takes it; a place without paper is all zeros. */
export function rowsOf(sheet: Sheet, cells: Cells): Row[] {
  return sheet.subjects.flatMap(({ id: subject }) =>
    sheet.groups.map((group) => {
      const typed = cells[keyOf({ subject, group })];
      const counts = Object.fromEntries(OUTCOMES.map((name) => [name, readCount(typed?.[name]) ?? 0])) as Record<Outcome, number>;
      return { subject, group, ...counts };
    }),
  );
}

/** The rows that cannot go up yet. */
export function unfit(sheet: Sheet, cells: Cells, told: Entries): Place[] {
  return sheet.subjects
    .flatMap(({ id: subject }) => sheet.groups.map((group) => ({ subject, group })))
    .filter((place) => standOf(cells[keyOf(place)], collectedOf(told, place)) !== "fits");
}
