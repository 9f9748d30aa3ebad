/** Wrong passphrases: each is counted on disk before it is tried, and waits are timed, not read off the device's clock. */
import type { Ports } from "../contract.ts";
import { problem } from "../domain/problem.ts";
import type { Cellar } from "./idb.ts";

export const MOST_TRIES = 10;
/** Seconds to wait after the first, second, third … wrong try. */
const WAITS_S = [0, 0, 0, 10, 30, 60, 300, 900, 1800];

export function waitAfter(failed: number): number {
  return failed === 0 ? 0 : (WAITS_S[Math.min(failed, WAITS_S.length) - 1] ?? 0);
}

/** The ladder of one tab. A reload starts the wait again, so neither reloading nor turning the clock wins anything. */
export class Tries {
  private served = 0;
  private waiting: { failed: number; sinceMs: number; cancel: () => void } | undefined;

  constructor(
    private readonly ports: Pick<Ports, "now" | "setTimer">,
    private readonly cellar: Cellar,
  ) {}

  /** Counts one try as wrong beforehand, so that a kill in the middle gives none away. Throws while one has to wait. */
  async begin(): Promise<number> {
    const failed = await this.cellar.write(["meta"], async (tx) => {
      const before = (await tx.get<number>("meta", "tries")) ?? 0;
      if (!this.mayTry(before)) return -before;
      tx.put("meta", before + 1, "tries");
      return before + 1;
    });
    if (failed <= 0) throw this.wrongPin(-failed);
    return failed;
  }

  async succeeded(): Promise<void> {
    this.stop();
    this.served = 0;
    await this.cellar.write(["meta"], (tx) => tx.put("meta", 0, "tries"));
  }

  /** The problem to show after a wrong try; starts its wait. */
  wrongPin(failed: number): Error {
    this.wait(failed);
    const tries_left = Math.max(0, MOST_TRIES - failed);
    return problem("wrong-pin", "the passphrase is wrong", { wait_s: this.leftSeconds(failed), tries_left });
  }

  stop(): void {
    this.waiting?.cancel();
    this.waiting = undefined;
  }

  private mayTry(failed: number): boolean {
    return failed < MOST_TRIES && (waitAfter(failed) === 0 || this.served === failed);
  }

  private wait(failed: number): void {
    const seconds = waitAfter(failed);
    if (seconds === 0 || this.served === failed || this.waiting?.failed === failed) return;
    this.stop();
    const over = () => {
      this.served = failed;
      this.waiting = undefined;
    };
    this.waiting = { failed, sinceMs: this.ports.now(), cancel: this.ports.setTimer(over, seconds * 1000) };
  }

  /** For display only. */
  private leftSeconds(failed: number): number {
    const whole = waitAfter(failed);
    if (!this.waiting) return 0;
    const passed = Math.floor((this.ports.now() - this.waiting.sinceMs) / 1000);
    return Math.min(whole, Math.max(1, whole - Math.max(0, passed)));
  }
}
