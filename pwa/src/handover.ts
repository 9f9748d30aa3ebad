/** Work that nobody pushes goes up sealed, whoever's it is; a phone that the office took out of service is emptied. */
import type { Ports } from "./contract.ts";
import type { Home } from "./home.ts";
import { lookIn } from "./store/household.ts";
import type { Cellar } from "./store/idb.ts";
import { wipe } from "./store/wipe.ts";
import { Handing, type Stop } from "./sync/handing.ts";

export class Handover {
  private readonly handing: Handing;

  constructor(
    private readonly ports: Ports,
    private readonly home: Home,
    private readonly told: () => void,
  ) {
    const stops = async (): Promise<Stop[]> =>
      home.lodgings.cellarsOf().map((cellar) => ({ cellar, own: this.isLeftAlone(cellar) }));
    this.handing = new Handing(ports, home.transport, stops, () => this.lookAgain(), (cellar) => this.goOutOfService(cellar));
  }

  wake = (): Promise<void> => this.handing.wake();
  close = (): void => this.handing.close();

  /** After a turn of the sync: its session may have ended, or everything it may still push is pushed. */
  follow(): void {
    const { running, cellar } = this.home;
    if (!running || running.shell.underWay || !this.isLeftAlone(cellar)) return;
    if (running.shell.state.draining) this.handing.askAgain();
    void this.wake();
  }

  /** How much of what is on disk was handed in; until it is read, nothing counts as handed in. */
  async lookAgain(): Promise<void> {
    const { handed, handedNotes } = await lookIn(this.home.cellar);
    this.home.outside = { ...this.home.outside, handed, handedNotes };
    this.told();
  }

  /** Nobody pushes what lies there: it is locked, its session has ended, or it is another person's. */
  private isLeftAlone(cellar: Cellar): boolean {
    const { running } = this.home;
    if (cellar !== this.home.cellar || !running) return true;
    const { end, draining } = running.shell.state;
    return this.home.phase() !== "broken" && (end === "enrol" || (draining && running.errands.waiting() === 0));
  }

  /** The office has the work and no longer trusts the phone. */
  private async goOutOfService(cellar: Cellar): Promise<void> {
    await wipe(cellar, this.ports.now());
    await this.home.lodgings.leave(cellar.name);
    this.ports.channel?.post();
    if (cellar !== this.home.cellar) return;
    this.home.lock();
    await this.home.look();
  }
}
