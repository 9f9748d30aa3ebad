/** What became of the own slips, read from the published board. */
import { fromBase64, fromHex } from "../domain/ballot/bytes.ts";
import { fourWords } from "../domain/ballot/fingerprint.ts";
import type { Held } from "../domain/ballot/held.ts";
import type { Manifest } from "../domain/ballot/manifest.ts";
import { type BoardEntry, found, headOf, type Late } from "../domain/ballot/mine.ts";
import type { Told } from "./ballot-step.ts";

/** As the wire has it. */
export interface Board {
  board: BoardEntry[];
  late: Late[];
  head: string;
}

/** Each own slip counted, late, altered or missing, and whether the lines give the head that was published. L13 */
export async function readBoard(subtle: SubtleCrypto, { slips = [] }: Held, manifest: Manifest, { board, late, head }: Board): Promise<Told> {
  const own = slips.map(({ subject, group, choice, slip = "" }) => ({ subject, group, choice, slip: fromBase64(slip) }));
  const whole = (await headOf(subtle, manifest, board)) === head;
  return { told: "board", found: await found(subtle, manifest, board, late, own), head, words: await fourWords(subtle, fromHex(head)), whole };
}
