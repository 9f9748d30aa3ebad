/** The thin shell around step(): keeps the state, runs one errand at a time, and sets the timer. */
import type { Ports } from "../contract.ts";
import { toProblem } from "../domain/problem.ts";
import { load } from "../store/load.ts";
import type { Opened } from "../store/opened.ts";
import type { Errands } from "./errands.ts";
import { type Effect, type Event, initial, POLL_MS, type State, step, type Wake } from "./step.ts";

const STRENGTH: Wake[] = ["write", "timer", "start", "online", "person"];

export class Shell {
  state: State = initial();
  private wanted: Wake | undefined;
  private turning: Promise<void> | undefined;
  private cancelTimer: () => void = () => undefined;
  private closed = false;

  constructor(
    private readonly ports: Ports,
    private readonly open: Opened,
    private readonly errands: Errands,
    private readonly changed: () => void,
  ) {}

  get underWay(): boolean {
    return this.turning !== undefined;
  }

  start(): void {
    this.take({ type: "start" });
    void this.wake("start");
  }

  stop(): void {
    this.cancelTimer();
    this.take({ type: "stop" });
  }

  close(): void {
    this.closed = true;
    this.stop();
  }

  enrolled(): void {
    this.take({ type: "enrolled" });
  }

  /** The office should hear of it with the next round. */
  healthChanged(): void {
    this.take({ type: "health" });
  }

  /** Resolves when the sync rests again. Wakes that come meanwhile become one more round. */
  wake(by: Wake): Promise<void> {
    if (this.closed) return Promise.resolve();
    if (!this.wanted || STRENGTH.indexOf(by) > STRENGTH.indexOf(this.wanted)) this.wanted = by;
    this.turning ??= this.turns().finally(() => {
      this.turning = undefined;
      this.changed();
      if (this.wanted && !this.closed) void this.wake(this.wanted);
    });
    return this.turning;
  }

  /** All tabs write; the one that holds the lock talks to the network. */
  private async turns(): Promise<void> {
    const work = async () => {
      while (this.wanted && !this.closed) {
        const by = this.wanted;
        this.wanted = undefined;
        await this.turn(by);
      }
    };
    await (this.ports.locks ? this.ports.locks.request(`zoufang-sync/${this.open.cellar.name}`, work) : work());
  }

  private async turn(by: Wake): Promise<void> {
    this.cancelTimer();
    if (by !== "person" && !this.ports.online()) return this.setTimer(POLL_MS);
    let event: Event | undefined = { type: "wake", by, waiting: await this.freshWaiting() };
    while (event && !this.closed) {
      const effects = this.take(event);
      event = undefined;
      for (const effect of effects) {
        if (effect.do === "timer") this.setTimer(effect.ms);
        else event = await this.go(effect);
      }
    }
  }

  /** Another tab may have saved since; what it wrote goes up too. */
  private async freshWaiting(): Promise<number> {
    try {
      const tick = (await this.open.cellar.read(["meta"], (tx) => tx.get<number>("meta", "tick"))) ?? 0;
      if (this.open.stale || tick !== this.open.tick) await load(this.open);
    } catch {
      this.open.stale = true;
    }
    return this.errands.waiting();
  }

  private async go(effect: Extract<Effect, { do: "errand" }>): Promise<Event> {
    const { errand } = effect;
    try {
      return { type: "done", errand, told: await this.errands.run(effect) };
    } catch (thrown) {
      return { type: "failed", errand, problem: toProblem(thrown), waiting: this.errands.waiting(), random: this.ports.random() };
    }
  }

  private take(event: Event): Effect[] {
    const [state, effects] = step(this.state, event);
    this.state = state;
    this.changed();
    return effects;
  }

  private setTimer(ms: number): void {
    this.cancelTimer();
    if (this.state.running || this.state.resting === "retry-after")
      this.cancelTimer = this.ports.setTimer(() => void this.wake("timer"), ms);
  }
}
