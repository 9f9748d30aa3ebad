/** A phone for the tests: its own database, a clock and timers that move only when told, and a cheap key derivation. */
import { IDBFactory } from "fake-indexeddb";
import { type Core, createCore, type Ports } from "../src/core.ts";
import { FakeServer } from "./fake-server.ts";

export const PIN = "correct horse 木";

export class Phone {
  idb = new IDBFactory();
  nowMs = 1_790_000_000_000;
  timers: { fn: () => void; at: number }[] = [];
  fault: (point: string) => void = () => undefined;
  online = true;
  core!: Core;
  extra: Partial<Ports> = {};

  constructor(
    readonly server: FakeServer,
    idb?: IDBFactory,
  ) {
    if (idb) this.idb = idb;
  }

  ports(): Ports {
    return {
      idb: this.idb,
      fetch: this.server.fetch,
      crypto: globalThis.crypto,
      now: () => this.nowMs,
      random: () => 0.5,
      setTimer: (fn, ms) => {
        const timer = { fn, at: this.nowMs + ms };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((one) => one !== timer);
        };
      },
      online: () => this.online,
      kdf: cheapKdf,
      appVersion: "test",
      faults: (point) => this.fault(point),
      ...this.extra,
    };
  }

  /** A new process over the same database. */
  async boot(): Promise<Core> {
    this.core = await createCore(this.ports());
    return this.core;
  }

  async reboot(pin = PIN): Promise<Core> {
    this.core.close();
    this.timers = [];
    await this.boot();
    await this.core.unlock(pin);
    return this.core;
  }

  /** Time passes; whatever was due runs. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.nowMs = Math.max(this.nowMs, due.at);
      due.fn();
      await settle();
    }
    this.nowMs = until;
    await settle();
  }

  async rows(store: string): Promise<unknown[]> {
    const open = this.idb.open("zoufang");
    return new Promise((resolve, reject) => {
      open.onerror = () => reject(open.error);
      open.onsuccess = () => {
        const request = open.result.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => {
          open.result.close();
          resolve(request.result);
        };
      };
    });
  }

  /** Overwrites bytes on the disk, as a failing flash does. */
  async spoil(store: string, which: (row: never) => boolean): Promise<void> {
    const open = this.idb.open("zoufang");
    await new Promise<void>((resolve) => {
      open.onsuccess = () => {
        const tx = open.result.transaction(store, "readwrite");
        const request = tx.objectStore(store).getAll();
        request.onsuccess = () => {
          for (const row of request.result)
            if (which(row as never)) tx.objectStore(store).put({ ...row, ct: new Uint8Array(row.ct.length) });
        };
        tx.oncomplete = () => {
          open.result.close();
          resolve();
        };
      };
    });
  }
}

export async function cheapKdf(pin: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pin + salt.join())));
}

export async function settle(): Promise<void> {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A phone that is enrolled and has pulled once. */
export async function enrolled(server = new FakeServer(), account = "a1"): Promise<Phone> {
  const phone = new Phone(server);
  await phone.boot();
  await phone.core.enrol({ code: server.invite(account), label: "test phone", pin: PIN, platform: "node" });
  await phone.core.syncNow();
  return phone;
}

export function slugOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "nothing was thrown",
    (thrown: { slug?: string }) => thrown.slug ?? String(thrown),
  );
}
