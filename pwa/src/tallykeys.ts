/** The scrutineer's ceremony: the tally key is made, wrapped, rehearsed, named to the server, and given up after the deadline. */
import type { Ports } from "./contract.ts";
import type { WrappedKey } from "./domain/ballot/sealedcopy.ts";
import type { TallyPair } from "./domain/ballot/tallykey.ts";
import { problem } from "./domain/problem.ts";
import { type Home, requireLong } from "./home.ts";
import { dropDraft, saveDraft } from "./store/notes.ts";
import { aesKey, type Bytes, fromBase64, Sealer, toBase64 } from "./store/seal.ts";

/**
 * What this phone keeps of a round's key, under its data key.
 *
 * Shape: `point` base64 of the public half; `copy` the wrapped private half as it is printed; `rehearsed`: a dummy slip was
 * opened with the passphrase typed anew.
 */
export interface KeptTallyKey {
  point: string;
  copy: string;
  rehearsed: boolean;
}

export interface TallyDoor {
  kept(round: string): KeptTallyKey | undefined;
  /** Makes a pair and keeps it wrapped; the one that is kept already stays. Raises: pin-too-short */
  make(round: string, passphrase: string): Promise<KeptTallyKey>;
  /** Opens a dummy slip with the passphrase. Raises: tally-passphrase-wrong */
  rehearse(round: string, passphrase: string): Promise<void>;
  /** Names the public half to the server. Raises: tally-not-rehearsed, and whatever the server says */
  send(round: string): Promise<void>;
  /** A printed copy is typed in where this phone keeps none. Raises: tally-copy-unreadable, tally-passphrase-wrong, tally-key-other */
  takeBack(round: string, typed: string, passphrase: string, point?: string): Promise<void>;
  /** The private half goes to the server, which opens the box with it. Raises: tally-passphrase-wrong, and whatever the server says */
  release(round: string, passphrase: string): Promise<unknown>;
  /** A key that was never named to the server is made anew: its passphrase was forgotten. */
  forget(round: string): Promise<void>;
}

/** Few phones ever need it: it comes when a scrutineer begins. */
const paper = () => import("./domain/ballot/sealedcopy.ts");
const keys = () => import("./domain/ballot/tallykey.ts");

const nameOf = (round: string): string => `tally/${round}`;
const label = (round: string): string => `zoufang/tally/${round}`;

export class TallyKeys implements TallyDoor {
  constructor(
    private readonly ports: Ports,
    private readonly home: Home,
    private readonly told: () => void,
    private readonly api: (method: string, path: string, body?: unknown) => Promise<unknown>,
  ) {}

  kept = (round: string): KeptTallyKey | undefined =>
    this.home.running?.open.drafts.get(nameOf(round))?.value as KeptTallyKey | undefined;

  async make(round: string, passphrase: string): Promise<KeptTallyKey> {
    requireLong(passphrase);
    const before = this.kept(round);
    if (before) return before;
    const { subtle } = this.ports.crypto;
    const { point, scalar } = await (await keys()).newTallyPair(subtle);
    const copy = await (await paper()).copyText(subtle, await this.wrapped(round, passphrase, scalar));
    scalar.fill(0);
    const made = { point: toBase64(point), copy, rehearsed: false };
    await this.keep(round, made);
    return made;
  }

  async rehearse(round: string, passphrase: string): Promise<void> {
    const kept = this.known(round);
    const { scalar } = await this.opened(round, kept.copy, passphrase);
    const whole = await (await keys()).rehearses(this.ports.crypto.subtle, fromBase64(kept.point), scalar, round);
    scalar.fill(0);
    if (!whole) throw problem("tally-key-other", "this key does not open what was sealed to the other half");
    await this.keep(round, { ...kept, rehearsed: true });
  }

  async send(round: string): Promise<void> {
    const { point, rehearsed } = this.known(round);
    if (!rehearsed) throw problem("tally-not-rehearsed", "the rehearsal comes first");
    await this.api("PUT", `/ballots/v1/rounds/${round}/tally-key`, { public: point });
  }

  async takeBack(round: string, typed: string, passphrase: string, point?: string): Promise<void> {
    const pair = await this.opened(round, typed, passphrase);
    pair.scalar.fill(0);
    if (point !== undefined && toBase64(pair.point) !== point) throw problem("tally-key-other", "the key of another round");
    await this.keep(round, { point: toBase64(pair.point), copy: await this.tidy(typed), rehearsed: true });
  }

  async release(round: string, passphrase: string): Promise<unknown> {
    const { scalar } = await this.opened(round, this.known(round).copy, passphrase);
    try {
      return await this.api("POST", `/ballots/v1/rounds/${round}/tally-key/release`, { private: toBase64(scalar) });
    } finally {
      scalar.fill(0);
    }
  }

  forget = (round: string): Promise<void> => this.home.survives((open) => dropDraft(open, nameOf(round))).then(this.told);

  private known(round: string): KeptTallyKey {
    const kept = this.kept(round);
    if (!kept) throw problem("tally-key-absent", "this phone keeps no key of this round");
    return kept;
  }

  private keep(round: string, key: KeptTallyKey): Promise<void> {
    return this.home.survives((open) => saveDraft(open, nameOf(round), key)).then(this.told);
  }

  private async wrapped(round: string, passphrase: string, scalar: Bytes): Promise<WrappedKey> {
    const { crypto } = this.ports;
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const key = await aesKey(crypto, (await this.home.kdf(passphrase, salt)) as Bytes);
    return { salt, ...(await new Sealer(crypto, key).seal(label(round), scalar)) };
  }

  private async opened(round: string, typed: string, passphrase: string): Promise<TallyPair> {
    const { crypto } = this.ports;
    const { salt, ...box } = await this.read(typed);
    const key = await aesKey(crypto, (await this.home.kdf(passphrase, salt)) as Bytes);
    const scalar = await new Sealer(crypto, key).open(label(round), box).catch(() => undefined);
    if (!scalar) throw problem("tally-passphrase-wrong", "this passphrase does not open the key of this round");
    return (await keys()).pairOf(crypto.subtle, scalar);
  }

  private async read(typed: string): Promise<WrappedKey> {
    const found = await (await paper()).readCopy(this.ports.crypto.subtle, typed);
    if ("copy" in found) return found.copy;
    throw problem("tally-copy-unreadable", "a printed copy has nine lines of four groups", { expected: found.line });
  }

  private tidy = async (typed: string): Promise<string> => (await paper()).copyText(this.ports.crypto.subtle, await this.read(typed));
}
