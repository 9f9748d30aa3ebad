/** 党员甲, 党员乙 …: the next free alias for a kind of person; after the ten stems it counts on. Pure. */

const STEMS = "甲乙丙丁戊己庚辛壬癸";

export function nextAlias(category: string, taken: string[]): string {
  for (const stem of STEMS) {
    const alias = `${category}${stem}`;
    if (!taken.includes(alias)) return alias;
  }
  return `${category}${taken.length + 1}`;
}
