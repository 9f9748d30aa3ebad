/** The evaluator's ballot on an open phone: the sheet kept, handed in once, and carried to the box. Loaded when first wanted. */
import type { Ports, Problem } from "./contract.ts";
import { type Bytes, toHex } from "./domain/ballot/bytes.ts";
import { fourWords, manifestHash } from "./domain/ballot/fingerprint.ts";
import { chosen, emptyHeld, handedIn, type Held } from "./domain/ballot/held.ts";
import type { Choice, Manifest } from "./domain/ballot/manifest.ts";
import { problem, toProblem } from "./domain/problem.ts";
import { putBallot } from "./store/ballots.ts";
import type { Opened } from "./store/opened.ts";
import { load } from "./store/load.ts";
import { after, inCompany, type Knows, LAST_CALL_MS, type Move, next, pauses, type Rest, type Told } from "./sync/ballot-step.ts";
import { BallotErrands, type Reader, sealedSheet, type Voter } from "./sync/ballot-errands.ts";
import { reactionTo } from "./sync/reaction.ts";
import type { Running } from "./sync/state.ts";
import type { Transport } from "./sync/transport.ts";

/** All slips of a sheet go out within a minute; the pauses leave room for the requests. */
const SPREAD_MS = 40_000;
/** Who waits for company asks this often, each in a phase of his own from the first time on: or who fills a window would be its first to post. */
const LOOK_MS = 15_000;
/** As seldom as 33 phones in one hall can bear; up to twice that, so that they do not come together. */
const RETRY_S = 6;
const MOST_RETRY_S = 30;
const MOST_TRIES = 5;
/** The round is not where this phone believes it: the next sync tells, and then it is decided anew. */
const ELSEWHERE = "round-state";

/** What a round is busy with. Shape: `why` it rests, `problem` what last went wrong. */
export interface Doing {
  why?: Rest;
  problem?: Problem;
}

interface Round {
  manifest: Manifest;
  hash: string;
  state: string;
  group: string;
  recusals: string[];
}

export class Ballot {
  private readonly errands: BallotErrands;
  private readonly open: Opened;
  private readonly doings = new Map<string, Doing>();
  /** How often in a row a round's errands failed. */
  private readonly failures = new Map<string, number>();
  private readonly windows = new Map<string, Knows["window"]>();
  private readonly read = new Map<string, { text: string; manifest: Manifest; hash: string; words: string }>();
  private writing: Promise<unknown> = Promise.resolve();
  private turning: Promise<void> | undefined;
  private wanted = false;
  private closed = false;
  private cancelTimer: () => void = () => undefined;
  private endPause: () => void = () => undefined;

  constructor(
    private readonly ports: Ports,
    readonly running: Running,
    transport: Transport,
    reader: Reader,
    private readonly changed: () => void,
  ) {
    this.open = running.open;
    this.errands = new BallotErrands(ports.crypto.subtle, transport, reader, (what) => ports.faults?.(what));
  }

  doing = (round: string): Doing => this.doings.get(round) ?? {};

  private random = (size: number): Bytes => this.ports.crypto.getRandomValues(new Uint8Array(size));

  /** The round as the own mirror has it, with the words of its manifest. Raises: ballot-not-yours */
  async round(id: string): Promise<Round & { words: string }> {
    const { views } = this.running;
    const { manifest: text = "", meeting_id, state, delegated } = views.get(id)?.fields ?? {};
    const roll = views.list("roll_entry").find(({ fields }) => fields.meeting_id === meeting_id);
    if (!text || !roll) throw problem("ballot-not-yours", "");
    const known = this.read.get(id);
    const read = known?.text === text ? known : await this.readManifest(String(text));
    this.read.set(id, read);
    const { group, recusals = [] } = roll.fields as { group: string; recusals?: string[] };
    const asks = state === "issued" && (delegated || this.ports.hub?.()); // no sync tells in such a hall that it is open
    return { ...read, state: asks ? "open" : String(state), group, recusals };
  }

  private async readManifest(text: string) {
    const { subtle } = this.ports.crypto;
    const manifest = JSON.parse(text) as Manifest;
    const digest = await manifestHash(subtle, manifest);
    return { text, manifest, hash: toHex(digest), words: await fourWords(subtle, digest) };
  }

  /** A person has compared the words with those that were read aloud. */
  async compared(id: string): Promise<void> {
    await this.sheet(id, (held) => ({ ...held, compared: true }));
  }

  /** Kept at once; after the hand-in it changes nothing. */
  async choose(id: string, subject: string, choice: Choice | undefined): Promise<void> {
    await this.sheet(id, (held) => chosen(held, subject, choice));
  }

  /** What was given stays when the manifest is another one; its words have to be compared again. */
  private sheet(id: string, change: (held: Held) => Held): Promise<void> {
    return this.serially(async () => {
      const { hash } = await this.round(id);
      await this.write(id, (held) => change(begun(held, id, hash)));
    });
  }

  /** The slips are sealed and on disk, once and for all, before anything is sent. Raises: local-fault (another tab changed the sheet) */
  async handIn(id: string): Promise<void> {
    const { subtle } = this.ports.crypto;
    await this.serially(async () => {
      const { manifest, hash, group, recusals } = await this.round(id);
      const before = this.open.ballots.get(id);
      if (before?.held.slips) return;
      const held = begun(before?.held, id, hash);
      const slips = await sealedSheet({ subtle, random: this.random }, manifest, group, recusals, held.choices);
      if (await putBallot(this.open, handedIn(held, slips), before)) return;
      await load(this.open);
      throw problem("local-fault", "");
    });
    this.changed();
    void this.wake();
  }

  /** A person wants it tried once more. */
  async again(id: string): Promise<void> {
    await this.serially(() => this.write(id, (held) => held && after(held, { told: "again" })));
    void this.wake();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer();
    this.endPause();
  }

  /** Every hand-in goes as far as it can; resolves when all rest. One tab carries, the others look on. */
  wake(): Promise<void> {
    this.wanted = true;
    this.turning ??= this.turns().finally(() => {
      this.turning = undefined;
      this.changed();
    });
    return this.turning;
  }

  private async turns(): Promise<void> {
    const work = async () => {
      while (this.wanted && !this.closed) {
        this.wanted = false;
        this.cancelTimer();
        for (const id of [...this.open.ballots.keys()]) await this.carry(id);
      }
    };
    const { locks } = this.ports;
    await (locks ? locks.request(`zoufang-ballot/${this.open.cellar.name}`, work) : work());
  }

  private async carry(id: string): Promise<void> {
    const gaps: number[] = [];
    try {
      const about = await this.round(id);
      while (!this.closed) {
        const held = this.held(id);
        const move = next(held, { ...about, manifest: about.hash, window: this.windows.get(id) }, (of) => Math.floor(this.chance() * of));
        if (!held || move.do === "rest") return this.rests(id, move as Extract<Move, { do: "rest" }>);
        await this.pause(this.gap(id, held, move.do, gaps));
        if (this.closed) return;
        await this.go(id, held, move, about);
        this.failures.delete(id);
        this.says(id, {});
      }
    } catch (thrown) {
      if (!this.closed) await this.fails(id, toProblem(thrown));
    }
  }

  /** Before what is sent without a name: its moment says neither whose slip it is nor who filled the window. */
  private gap(id: string, { slips = [] }: Held, what: Move["do"], gaps: number[]): number {
    if (what === "look" && this.doing(id).why !== "company") return this.chance() * LOOK_MS;
    if (what === "post" && !gaps.length) gaps.push(...pauses(slips.filter((one) => !one.box).map(this.chance), SPREAD_MS));
    return gaps.shift() ?? 0;
  }

  private async go(id: string, held: Held, move: Exclude<Move, { do: "rest" }>, { manifest, group }: Round): Promise<void> {
    const voter = this.voter();
    if (move.do === "look") {
      this.windows.set(id, await this.errands.look(id, group, voter));
      return;
    }
    const told = move.do === "post" ? this.errands.post(held, move.at, !inCompany(held, this.windows.get(id)?.full ?? 0), voter) : this.errands[move.do](held, manifest, voter);
    const heard = await told.catch(refusal);
    await this.serially(() => this.write(id, (now) => now && after(now, heard)));
  }

  private rests(id: string, { why }: { why: Rest }): void {
    if (why === "company") {
      this.later(Math.min((this.windows.get(id)?.left_ms ?? 0) - LAST_CALL_MS, LOOK_MS));
      this.windows.delete(id);
    }
    this.says(id, { why });
  }

  private async fails(id: string, found: Problem): Promise<void> {
    this.windows.delete(id);
    const failed = this.failures.get(id) ?? 0;
    this.failures.set(id, failed + 1);
    this.later((found.retry_after_s ?? Math.min(MOST_RETRY_S, RETRY_S * 2 ** failed)) * 1000 * (1 + this.chance()));
    this.says(id, { problem: found });
    if (found.slug === "local-fault") await load(this.open).catch(() => undefined);
    if (found.slug === ELSEWHERE) void this.running.shell.wake("write");
  }

  private says(id: string, doing: Doing): void {
    this.doings.set(id, doing);
    this.changed();
  }

  private held = (id: string): Held | undefined => this.open.ballots.get(id)?.held;

  private voter(): Voter {
    const { session } = this.open;
    if (!session) throw problem("unknown-replica", "");
    return { township: session.township.id, token: session.token };
  }

  /** On disk with the change; where another tab was quicker, the change is made to what that one wrote. Raises: ballot-unreadable */
  private async write(id: string, change: (held: Held | undefined) => Held | undefined): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = this.open.ballots.get(id);
      const held = change(before?.held);
      if (!held || held === before?.held || (await putBallot(this.open, held, before))) {
        this.changed();
        return;
      }
      await load(this.open);
    }
    throw problem("ballot-unreadable", "");
  }

  private serially<T>(work: () => Promise<T>): Promise<T> {
    const done = this.writing.then(work);
    this.writing = done.catch(() => undefined);
    return done;
  }

  private later(ms: number): void {
    this.cancelTimer();
    this.cancelTimer = this.ports.setTimer(() => void this.wake(), ms);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.ports.setTimer(resolve, ms);
      this.endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  /** What orders and spaces the slips must not be guessed. */
  private chance = (): number => (this.ports.crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

const begun = (held: Held | undefined, id: string, hash: string): Held =>
  held && (held.slips || held.manifest === hash) ? held : { ...emptyHeld(id, hash), choices: held?.choices ?? {} };

/** A refusal for good is kept; everything that may pass is thrown on and tried again. */
function refusal(thrown: unknown): Told {
  const found = toProblem(thrown);
  if (found.slug === ELSEWHERE || reactionTo(found, "push").do !== "halt") throw thrown;
  return { told: "refused", slug: found.slug };
}
