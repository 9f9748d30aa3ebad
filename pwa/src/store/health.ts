/** Whether this phone can keep what it holds: room, persistence, and the sentinel that outlives an eviction. */
import type { Ports, StorageState } from "../contract.ts";

const WARN_AT = 0.7;
const TEXT_ONLY_AT = 0.9;

export class Health {
  state: StorageState = { persisted: null, usage: 0, quota: 0, evicted: false, level: "ok" };
  private asked = false;

  constructor(private readonly ports: Pick<Ports, "storage" | "sentinel">) {}

  /** An empty database on a phone that says it was enrolled: the browser has thrown the data away. */
  noteStart(enrolled: boolean): void {
    const seen = this.ports.sentinel?.get() ?? null;
    this.state = { ...this.state, evicted: !enrolled && seen !== null };
    if (enrolled && seen === null) this.ports.sentinel?.set("enrolled");
  }

  noteEnrolled(): void {
    this.state = { ...this.state, evicted: false };
    this.ports.sentinel?.set("enrolled");
  }

  /** Asked once, after the first save: a browser is readier to promise when there is something to keep. */
  async persist(): Promise<void> {
    if (this.asked || !this.ports.storage?.persist) return;
    this.asked = true;
    const persisted = await this.ports.storage.persist().catch(() => false);
    this.state = { ...this.state, persisted };
  }

  async measure(): Promise<void> {
    const { storage } = this.ports;
    const estimate = await storage?.estimate?.().catch(() => undefined);
    const persisted = (await storage?.persisted?.().catch(() => undefined)) ?? this.state.persisted;
    const usage = estimate?.usage ?? 0;
    const quota = estimate?.quota ?? 0;
    this.state = { ...this.state, persisted, usage, quota, level: levelOf(usage, quota) };
  }
}

/** Text always saves; the level only holds back what is large. */
export function levelOf(usage: number, quota: number): StorageState["level"] {
  if (quota <= 0) return "ok";
  const full = usage / quota;
  return full >= TEXT_ONLY_AT ? "text-only" : full >= WARN_AT ? "warn" : "ok";
}
