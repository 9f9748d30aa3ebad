/** The board for a reader: every slip by its tracker with what it opened to, place by place. */
import { fromBase64, fromHex } from "../../domain/ballot/bytes.ts";
import { manifestHash } from "../../domain/ballot/fingerprint.ts";
import type { Manifest } from "../../domain/ballot/manifest.ts";
import { type BoardEntry, headOf, type Late } from "../../domain/ballot/mine.ts";
import { label, opened, tracker } from "../../domain/ballot/slip.ts";
import type { Outcome } from "./entry.ts";
import type { Place } from "./sheet.ts";

export interface Board {
  board: BoardEntry[];
  late: (Place & Late)[];
  head: string;
  words: string;
}
export interface Line extends Place {
  tracker: string;
  outcome: Outcome;
}

/** The numbers of a sealed grade; docs/ballot.md 4. */
const GRADES: Outcome[] = ["abstain", "poor", "average", "fairly_good", "good"];

export interface Reckoned {
  lines: Line[];
  /** The lines give the head that was told: nothing of the board was changed on the way here. */
  whole: boolean;
}

/** What each entry opened to, reckoned on this machine from the keys on the board. L13 */
export async function reckoned(subtle: SubtleCrypto, text: string, { board, head }: Board): Promise<Reckoned> {
  const manifest = JSON.parse(text) as Manifest;
  const hash = await manifestHash(subtle, manifest);
  const lines = await Promise.all(
    board.map(async ({ subject, group, slip, key }) => {
      const body = fromBase64(slip);
      const content = await opened(subtle, fromHex(key), body, label(hash, manifest.round, { subject, group }));
      return { subject, group, tracker: await tracker(subtle, body), outcome: outcomeOf(content) };
    }),
  );
  return { lines, whole: (await headOf(subtle, manifest, board)) === head };
}

function outcomeOf(content: Uint8Array | undefined): Outcome {
  if (content?.length !== 16 || content[0] !== 1 || content.slice(2).some((byte) => byte !== 0)) return "invalid";
  return GRADES[content[1] ?? -1] ?? "invalid";
}
