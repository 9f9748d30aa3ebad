/** Several people, one phone: each has a database of his own, sealed under his own passphrase. The first one's lists them. */
import type { Ports } from "../contract.ts";
import { Cellar } from "./idb.ts";

/** Shape: `name` of the person, in the open: the lock screen asks who is there. */
export interface Lodger {
  db: string;
  name: string;
}
interface Directory {
  current: string;
  all: Lodger[];
}

export class Lodgings {
  private readonly base: Cellar;
  private readonly cellars = new Map<string, Cellar>();
  private directory: Directory;
  /** Whom this tab is for; another tab may be for somebody else. */
  private here: string;

  constructor(
    private readonly ports: Pick<Ports, "idb" | "faults">,
    name: string,
  ) {
    this.base = new Cellar(ports, name);
    this.cellars.set(name, this.base);
    this.directory = { current: name, all: [] };
    this.here = name;
  }

  /** Who was here last; whoever turned up in another tab is known afterwards. */
  async read(): Promise<void> {
    const found = await this.base.read(["meta"], (tx) => tx.get<Directory>("meta", "directory"));
    if (!found) return;
    this.directory = found;
    this.here = found.current;
  }

  get current(): Cellar {
    return this.cellarOf(this.here);
  }

  get all(): Lodger[] {
    return this.directory.all;
  }

  /** Every database of this phone, also one whose owner was never listed. */
  cellarsOf(): Cellar[] {
    return [...new Set([this.base.name, ...this.all.map(({ db }) => db), this.here])].map((db) => this.cellarOf(db));
  }

  async choose(db: string): Promise<void> {
    await this.change(({ all }) => ({ current: db, all }));
    this.here = db;
  }

  /** A place that nobody has: the first one, if it is free. */
  vacant(): string {
    const taken = new Set(this.all.map(({ db }) => db));
    for (let at = 1; ; at += 1) {
      const db = at === 1 ? this.base.name : `${this.base.name}-${at}`;
      if (!taken.has(db)) return db;
    }
  }

  async settle(db: string, name: string): Promise<void> {
    const known = this.all.find((lodger) => lodger.db === db);
    if (known && (known.name === name || name === "")) return;
    await this.change(({ current, all }) => ({
      current,
      all: known ? all.map((lodger) => (lodger.db === db ? { db, name } : lodger)) : [...all, { db, name }],
    }));
  }

  async leave(db: string): Promise<void> {
    await this.change(({ current, all }) => ({ current, all: all.filter((lodger) => lodger.db !== db) }));
  }

  close(): void {
    for (const cellar of this.cellars.values()) cellar.close();
  }

  private async change(how: (before: Directory) => Directory): Promise<void> {
    this.directory = await this.base.write(["meta"], async (tx) => {
      const next = how((await tx.get<Directory>("meta", "directory")) ?? this.directory);
      tx.put("meta", next, "directory");
      return next;
    });
  }

  private cellarOf(db: string): Cellar {
    const known = this.cellars.get(db) ?? new Cellar(this.ports, db);
    this.cellars.set(db, known);
    return known;
  }
}
