/** What an evaluator's phone finds on the published board: its own slips, under the head that was read aloud. */

import { type Bytes, equal, fromBase64, fromHex, toBase64, toHex, utf8 } from "./bytes.ts";
import { manifestHash, sha256 } from "./fingerprint.ts";
import type { Choice, Manifest } from "./manifest.ts";
import { label, opened, plain, slipHash } from "./slip.ts";

/** One line of the board, as bundle.json has it. */
export interface BoardEntry {
  subject: string;
  group: string;
  slip: string;
  key: string;
  link: string;
}

export interface Late {
  hash: string;
}

/** A slip this phone posted. */
export interface Own {
  subject: string;
  group: string;
  choice: Choice;
  slip: Bytes;
}

/** `counted` as it was given · `late` and not opened · `altered`: it stands for something else · `missing`. */
export type Found = "counted" | "late" | "altered" | "missing";

/** What became of each own slip. L13 */
export async function found(subtle: SubtleCrypto, manifest: Manifest, board: BoardEntry[], late: Late[], own: Own[]): Promise<Found[]> {
  const hash = await manifestHash(subtle, manifest);
  return Promise.all(own.map((slip) => one(subtle, label(hash, manifest.round, slip), board, late, slip)));
}

/** The head that the board's lines give; another head than the published one means a changed board. */
export async function headOf(subtle: SubtleCrypto, manifest: Manifest, board: BoardEntry[]): Promise<string> {
  let link = await sha256(subtle, utf8("zoufang-ballot-1/board\n"), await manifestHash(subtle, manifest));
  for (const entry of board) {
    const slip = await slipHash(subtle, fromBase64(entry.slip));
    link = await sha256(subtle, link, utf8(`${entry.subject}\n${entry.group}\n`), slip, fromHex(entry.key));
  }
  return toHex(link);
}

async function one(subtle: SubtleCrypto, bound: Bytes, board: BoardEntry[], late: Late[], own: Own): Promise<Found> {
  const text = toBase64(own.slip);
  const entry = board.find((line) => line.slip === text);
  if (entry === undefined) {
    const hash = toHex(await slipHash(subtle, own.slip));
    return late.some((line) => line.hash === hash) ? "late" : "missing";
  }
  const content = await opened(subtle, fromHex(entry.key), own.slip, bound);
  const same = content !== undefined && equal(content, plain(own.choice));
  return same && entry.subject === own.subject && entry.group === own.group ? "counted" : "altered";
}
