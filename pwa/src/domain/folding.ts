/** Search that finds a name in either script: both sides are folded to simplified characters, lower case, without blanks. */

let folds: Map<string, string> | undefined;

/** The table of pairs comes with the list that searches; until then only letters and blanks are folded. */
export function learnFolds(pairs: string): void {
  const signs = [...pairs];
  folds = new Map();
  for (let at = 0; at + 1 < signs.length; at += 2) folds.set(signs[at] as string, signs[at + 1] as string);
}

export function folded(words: string): string {
  const plain = words.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  return folds ? [...plain].map((sign) => folds?.get(sign) ?? sign).join("") : plain;
}

export const finds = (search: string, ...places: string[]): boolean => {
  const wanted = folded(search);
  return wanted === "" || places.some((place) => folded(place).includes(wanted));
};
