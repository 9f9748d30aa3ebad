/** The ballot of whoever is at home: loaded when a screen asks for it, or when something handed in is still under way. */
import type { Ballot } from "./ballot.ts";
import type { Ports } from "./contract.ts";
import type { Held } from "./domain/ballot/held.ts";
import type { Home } from "./home.ts";
import type { Reader } from "./sync/ballot-errands.ts";

const reader: Reader = () => import("./sync/ballot-board.ts").then(({ readBoard }) => readBoard);

export class Balloting {
  private coming: Promise<Ballot> | undefined;
  private ballot: Ballot | undefined;
  private seen = "";

  constructor(
    private readonly ports: Ports,
    private readonly home: Home,
    private readonly told: () => void,
  ) {}

  held = (round: string): Held | undefined => this.home.running?.open.ballots.get(round)?.held;

  /** Raises: locked, not-enrolled */
  async get(): Promise<Ballot> {
    const running = this.home.opened();
    if (this.ballot?.running === running) return this.ballot;
    this.coming ??= import("./ballot.ts").then(({ Ballot }) => {
      this.coming = undefined;
      this.ballot = new Ballot(this.ports, this.home.opened(), this.home.transport, reader, this.told);
      return this.ballot;
    });
    return this.coming.finally(() => {
      this.coming = undefined;
    });
  }

  /** Something in the core has changed: a hand-in may go on, or has to stop because the phone was locked. */
  notice(): void {
    const { running } = this.home;
    if (this.ballot && this.ballot.running !== running) {
      this.ballot.close();
      this.ballot = undefined;
    }
    const now = running && this.home.wantsSync ? this.standing() : "";
    if (now === this.seen) return;
    this.seen = now;
    if (now) this.wake();
  }

  /** Also when the network comes back. Without the code (offline, never loaded) the next notice or screen tries again. */
  wake(): void {
    if (this.standing() === "") return;
    this.get().then((ballot) => ballot.wake()).catch(() => {
      this.seen = "";
    });
  }

  /** What was handed in, and where its rounds stand. */
  private standing(): string {
    const { running } = this.home;
    const handed = [...(running?.open.ballots.values() ?? [])].filter(({ held }) => held.slips);
    return handed.map(({ held }) => `${held.round}:${String(running?.views.get(held.round)?.fields.state)}`).join();
  }
}
