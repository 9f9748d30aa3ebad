/** The requests of a hand-in: the sheet signed under one's name, each slip posted without any, the board read. */
import { fromBase64, toBase64 } from "../domain/ballot/bytes.ts";
import type { Held, KeptSlip } from "../domain/ballot/held.ts";
import type { Cell, Manifest } from "../domain/ballot/manifest.ts";
import { prepared, type Sources, slipOf, tracker } from "../domain/ballot/slip.ts";
import { problem } from "../domain/problem.ts";
import type { Board, readBoard } from "./ballot-board.ts";
import type { Knows, Told } from "./ballot-step.ts";
import type { Transport } from "./transport.ts";

const POST_TIMEOUT_MS = 10_000;

/** Whose hand-in it is. Shape: `token` is sent with the sheet and the board, and with nothing else. */
export interface Voter {
  township: string;
  token: string;
}

/** The whole sheet sealed and blinded, one slip a row that he may grade; nothing of it has been sent. */
export async function sealedSheet(sources: Sources, manifest: Manifest, group: string, recusals: readonly string[], choices: Held["choices"]): Promise<KeptSlip[]> {
  const cells = manifest.subjects.flatMap(({ id }) => (recusals.includes(id) ? [] : [cellOf(manifest, { subject: id, group })]));
  return Promise.all(
    cells.map(async (cell) => {
      const { message, blinded, inverse, ...place } = await prepared(sources, manifest, cell, choices[cell.subject] ?? "abstain");
      return { ...place, message: toBase64(message), blinded: toBase64(blinded), inverse: toBase64(inverse) };
    }),
  );
}

/** Brings what reads a board: a piece of its own, since nobody needs it before the box is opened. */
export type Reader = () => Promise<typeof readBoard>;

export class BallotErrands {
  constructor(
    private readonly subtle: SubtleCrypto,
    private readonly transport: Transport,
    private readonly reader: Reader,
    private readonly point: (what: string) => void,
  ) {}

  /** All or nothing; a signature that is none stops everything before it could be posted. */
  async issue({ round, slips = [] }: Held, manifest: Manifest, { token }: Voter): Promise<Told> {
    const sheet = slips.map(({ subject, blinded }) => ({ subject, blinded }));
    const told = await this.ask<{ sheet: { subject: string; signature: string }[]; window: number }>("issue", {
      method: "POST",
      path: `/ballots/v1/rounds/${round}/issuances`,
      body: { sheet },
      token,
    });
    const signatures = Object.fromEntries(told.sheet.map(({ subject, signature }) => [subject, signature]));
    return { told: "issued", slips: await Promise.all(slips.map((one) => this.signed(manifest, one, signatures[one.subject] ?? ""))), window: told.window };
  }

  private async signed(manifest: Manifest, one: KeptSlip, signature: string): Promise<{ slip: string; tracker: string }> {
    const row = { ...one, message: fromBase64(one.message), blinded: fromBase64(one.blinded), inverse: fromBase64(one.inverse) };
    const slip = await slipOf(this.subtle, cellOf(manifest, one), row, fromBase64(signature)).catch((): never => {
      throw problem("ballot-signature-wrong", "");
    });
    return { slip: toBase64(slip), tracker: await tracker(this.subtle, slip) };
  }

  /** Nothing of this request says who sends it. */
  async look(round: string, group: string, { township }: Voter): Promise<NonNullable<Knows["window"]>> {
    const path = `/ballots/v1/rounds/${round}/window`;
    const told = await this.ask<{ windows: Record<string, number>; closes_ms: number; server_time_ms: number }>("look", { method: "GET", path, query: { township } });
    return { full: told.windows[group] ?? -1, left_ms: told.closes_ms - told.server_time_ms };
  }

  /** Nothing of this request says who sends it. */
  async post({ round, slips = [] }: Held, at: number, alone: boolean, { township }: Voter): Promise<Told> {
    const one = slips[at] as KeptSlip;
    const body = { township, subject: one.subject, group: one.group, slip: one.slip };
    const call = { method: "POST", path: `/ballots/v1/rounds/${round}/slips`, body, timeout_ms: POST_TIMEOUT_MS };
    const { tracker, box } = await this.ask<{ tracker: string; box: string }>("post", call);
    if (tracker !== one.tracker) throw problem("malformed-answer", "", { device_action: "retry" });
    return { told: "posted", at, tracker, box: box === "in" ? box : "late", alone };
  }

  /** The whole board, so that the question does not say which slips are his. */
  async board(held: Held, manifest: Manifest, { token }: Voter): Promise<Told> {
    const path = `/ballots/v1/rounds/${held.round}/board`;
    const board = await this.ask<Board>("board", { method: "GET", path, token });
    return (await this.reader())(this.subtle, held, manifest, board);
  }

  private async ask<T>(errand: string, call: Parameters<Transport["call"]>[0]): Promise<T> {
    const answer = await this.transport.call(call);
    this.point(`ballot:${errand}:answered`);
    return answer.body as T;
  }
}

function cellOf(manifest: Manifest, place: { subject: string; group: string }): Cell {
  const cell = manifest.cells.find(({ subject, group }) => subject === place.subject && group === place.group);
  if (!cell) throw problem("ballot-not-yours", "");
  return cell;
}
