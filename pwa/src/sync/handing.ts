/** Hands in sealed what cannot be pushed: of a locked phone, of former owners, of an ended session. One lane of its own (L8). */
import type { Ports } from "../contract.ts";
import { toProblem } from "../domain/problem.ts";
import type { Cellar } from "../store/idb.ts";
import { emptyParcel, markHanded, parcelsOf, type Unsent, unsent } from "../store/parcels.ts";
import type { Drop } from "../store/rows.ts";
import type { Transport } from "./transport.ts";

const AGAIN_MS = 60_000;
const LONGEST_MS = 30 * 60_000;
/** What another try changes nothing about; the rows stay where they are. */
const FINAL = new Set(["unknown-replica", "malformed-request", "not-found", "method-not-allowed"]);

/** A household to look after. `own`: its owner's rows may go, because nobody is pushing them. */
export interface Stop {
  cellar: Cellar;
  own: boolean;
}
interface Receipt {
  revoked: boolean;
}

export class Handing {
  private under: Promise<void> | undefined;
  private wanted = false;
  private wait_ms = AGAIN_MS;
  private cancelTimer: () => void = () => undefined;
  private readonly refused = new Set<string>();
  private readonly asked = new Set<string>();
  private closed = false;

  /** `told`: something was handed in; `revoked`: the office no longer trusts the owner's replica of this cellar. */
  constructor(
    private readonly ports: Pick<Ports, "online" | "setTimer" | "locks">,
    private readonly transport: Transport,
    private readonly stops: () => Promise<Stop[]>,
    private readonly told: () => Promise<void>,
    private readonly revoked: (cellar: Cellar) => Promise<void>,
  ) {}

  /** Resolves when everything that can go has gone, or a timer is set for the rest. */
  wake(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.wanted = true;
    this.under ??= this.rounds().finally(() => {
      this.under = undefined;
    });
    return this.under;
  }

  /** The office's trust is asked about anew. */
  askAgain(): void {
    this.asked.clear();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer();
  }

  private async rounds(): Promise<void> {
    while (this.wanted && !this.closed) {
      this.wanted = false;
      this.cancelTimer();
      if (!this.ports.online()) return;
      const work = () => this.round();
      await (this.ports.locks ? this.ports.locks.request("zoufang-handing", work) : work());
    }
  }

  private async round(): Promise<void> {
    try {
      for (const stop of await this.stops()) await this.handIn(stop);
      this.wait_ms = AGAIN_MS;
    } catch {
      if (this.closed) return;
      this.cancelTimer = this.ports.setTimer(() => void this.wake(), this.wait_ms);
      this.wait_ms = Math.min(LONGEST_MS, this.wait_ms * 2);
    }
  }

  private async handIn({ cellar, own }: Stop): Promise<void> {
    const drop = await cellar.read(["meta"], (tx) => tx.get<Drop>("meta", "drop"));
    let distrusted = false;
    for (const left of await unsent(cellar, own)) {
      const receipts = await this.send(cellar, left);
      distrusted ||= receipts.some(({ revoked }) => revoked) && left.drop.replica === drop?.replica;
    }
    if (own && drop && !distrusted) distrusted = await this.ask(drop);
    if (own && distrusted) await this.revoked(cellar);
  }

  private async send(cellar: Cellar, left: Unsent): Promise<Receipt[]> {
    const receipts: Receipt[] = [];
    for (const parcel of parcelsOf(left)) {
      const receipt = await this.post(left.drop, parcel.text);
      if (!receipt) break;
      receipts.push(receipt);
      await markHanded(cellar, parcel.keys);
      await this.told();
    }
    return receipts;
  }

  /** Once a start: a phone with nothing to hand in learns, too, that it is not trusted any more. */
  private async ask(drop: Drop): Promise<boolean> {
    if (this.asked.has(drop.replica)) return false;
    const receipt = await this.post(drop, emptyParcel(drop));
    this.asked.add(drop.replica);
    return receipt?.revoked === true;
  }

  private async post({ replica, drop_token }: Drop, text: string): Promise<Receipt | undefined> {
    if (this.refused.has(replica)) return undefined;
    try {
      const call = { method: "POST", path: "/sync/v1/sealed", token: drop_token, text };
      return (await this.transport.call(call)).body as Receipt;
    } catch (thrown) {
      if (!FINAL.has(toProblem(thrown).slug)) throw thrown;
      this.refused.add(replica);
      return undefined;
    }
  }
}
