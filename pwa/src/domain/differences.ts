/** Where texts differ, character by character: Chinese has no blanks to cut at, and one character can turn a testimony round. */
import { diffChars } from "diff";

export interface Piece {
  text: string;
  /** In no or not in every other version. */
  differs: boolean;
}

/** Texts that have less in common than this are shown whole: a person compares them faster than any colour does. */
const MOST_EDITS = 600;

/** Each version in pieces: the first is held against all others, every other one against the first. */
export function piecesOf(versions: string[]): Piece[][] {
  const [head = "", ...others] = versions;
  const compared = others.map((other) => compare(head, other));
  const differing = new Set(compared.flatMap(({ before }) => marked(before)));
  const first = compared.length === 1 && compared[0] ? compared[0].before : inPieces(head, differing);
  return [first, ...compared.map(({ after }) => after)];
}

/** Texts shorter than this are read whole at a glance. */
const LONG = 200;
const BESIDE = 12;

export const isLong = (versions: string[]): boolean => versions.some((version) => [...version].length > LONG);

/** The same pieces with what is alike cut to a few signs beside each difference; what differs is never cut. */
export function folded(pieces: Piece[]): Piece[] {
  return pieces.map((piece, at) => {
    const signs = [...piece.text];
    const before = at > 0 ? signs.slice(0, BESIDE) : [];
    const after = at < pieces.length - 1 ? signs.slice(-BESIDE) : [];
    if (piece.differs || signs.length <= before.length + after.length + 1) return piece;
    return { text: `${before.join("")}……${after.join("")}`, differs: false };
  });
}

function compare(head: string, other: string): { before: Piece[]; after: Piece[] } {
  const found = diffChars(head, other, { maxEditLength: MOST_EDITS });
  if (!found) return { before: whole(head), after: whole(other) };
  const side = (hidden: "added" | "removed"): Piece[] =>
    found.filter((part) => !part[hidden]).map((part) => ({ text: part.value, differs: part.added || part.removed }));
  return { before: side("added"), after: side("removed") };
}

const whole = (text: string): Piece[] => (text === "" ? [] : [{ text, differs: true }]);

/** Places of the characters that are marked. */
function marked(pieces: Piece[]): number[] {
  const places: number[] = [];
  let at = 0;
  for (const piece of pieces) {
    const signs = [...piece.text].length;
    if (piece.differs) for (let place = at; place < at + signs; place++) places.push(place);
    at += signs;
  }
  return places;
}

function inPieces(text: string, differing: Set<number>): Piece[] {
  const pieces: Piece[] = [];
  for (const [at, sign] of [...text].entries()) {
    const last = pieces[pieces.length - 1];
    const differs = differing.has(at);
    if (last && last.differs === differs) last.text += sign;
    else pieces.push({ text: sign, differs });
  }
  return pieces;
}
