/** The one door to IndexedDB: opens, reopens a lost connection, retries once, and can be broken on purpose. */
import type { Ports } from "../contract.ts";
import { problem, ProblemError } from "../domain/problem.ts";

export type StoreName = "meta" | "mirror" | "outbox" | "outcomes" | "drafts" | "captures" | "attic" | "ballots";

/** Keys are ids and numbers only; what a person typed is inside a sealed box. */
const LAYOUT: Record<StoreName, { keyPath?: string | string[]; index?: [name: string, path: string, unique: boolean] }> = {
  meta: {},
  mirror: { keyPath: "id", index: ["tick", "tick", false] },
  outbox: { keyPath: ["gen", "n"], index: ["change", "change", true] },
  outcomes: { keyPath: "change" },
  drafts: { keyPath: "id" },
  captures: { keyPath: "id" },
  attic: { keyPath: "id" },
  ballots: { keyPath: "id" },
};
/** Version 2 brought `ballots`. */
const VERSION = 2;
/** What a browser reports when it closed the connection under our feet; nothing was committed then. */
const LOST = new Set(["InvalidStateError", "UnknownError", "AbortError", "TransactionInactiveError", "TimeoutError"]);

/** One transaction. Await nothing but its own methods inside, or it closes. */
export class Tx {
  constructor(
    private readonly inner: IDBTransaction,
    private readonly fault: (point: string) => void,
  ) {}

  get<T>(store: StoreName, key: IDBValidKey): Promise<T | undefined> {
    return settled(this.inner.objectStore(store).get(key) as IDBRequest<T | undefined>);
  }
  all<T>(store: StoreName): Promise<T[]> {
    return settled(this.inner.objectStore(store).getAll() as IDBRequest<T[]>);
  }
  keys(store: StoreName): Promise<IDBValidKey[]> {
    return settled(this.inner.objectStore(store).getAllKeys());
  }
  count(store: StoreName): Promise<number> {
    return settled(this.inner.objectStore(store).count());
  }
  /** Rows whose index value is above `after`, newest first. */
  newer<T>(store: StoreName, index: string, after: number): Promise<T[]> {
    return new Promise((resolve, reject) => {
      const found: T[] = [];
      const request = this.inner.objectStore(store).index(index).openCursor(null, "prev");
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor || (cursor.key as number) <= after) return resolve(found);
        found.push(cursor.value as T);
        cursor.continue();
      };
    });
  }
  put(store: StoreName, value: unknown, key?: IDBValidKey): void {
    this.fault(`idb:put:${store}`);
    this.inner.objectStore(store).put(value, key);
  }
  delete(store: StoreName, key: IDBValidKey): void {
    this.inner.objectStore(store).delete(key);
  }
  clear(store: StoreName): void {
    this.inner.objectStore(store).clear();
  }
}

export class Cellar {
  private database: Promise<IDBDatabase> | undefined;
  private readonly fault: (point: string) => void;

  constructor(
    private readonly ports: Pick<Ports, "idb" | "faults">,
    readonly name: string,
  ) {
    this.fault = (point) => ports.faults?.(point);
  }

  read<T>(stores: StoreName[], work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.twice(() => this.run("readonly", stores, work));
  }

  /** Resolves after `oncomplete`. The strict form has reached the disk, not only the operating system. */
  write<T>(stores: StoreName[], work: (tx: Tx) => Promise<T> | T, durability: "strict" | "relaxed" = "strict"): Promise<T> {
    return this.twice(() => this.run("readwrite", stores, work, durability));
  }

  close(): void {
    const database = this.database;
    this.database = undefined;
    database?.then((open) => open.close()).catch(() => undefined);
  }

  private async twice<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (thrown) {
      if (!isLost(thrown)) throw inWords(thrown);
      this.close();
      return attempt().catch((again: unknown) => Promise.reject(inWords(again)));
    }
  }

  private async run<T>(
    mode: IDBTransactionMode,
    stores: StoreName[],
    work: (tx: Tx) => Promise<T> | T,
    durability?: "strict" | "relaxed",
  ): Promise<T> {
    const database = await this.open();
    this.fault(`idb:begin:${mode}:${stores[0]}`);
    const inner = database.transaction(stores, mode, durability && { durability });
    const done = completed(inner);
    let result: T;
    try {
      result = await work(new Tx(inner, this.fault));
      if (mode === "readwrite") this.fault(`idb:commit:${stores[0]}`);
    } catch (thrown) {
      done.catch(() => undefined);
      abort(inner);
      throw inner.error ?? thrown;
    }
    await done;
    if (mode === "readwrite") afterCommit(() => this.fault(`idb:committed:${stores[0]}`));
    return result;
  }

  private open(): Promise<IDBDatabase> {
    this.database ??= this.reallyOpen().catch((thrown: unknown) => {
      this.database = undefined;
      throw thrown;
    });
    return this.database;
  }

  private reallyOpen(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      this.fault("idb:open");
      const request = this.ports.idb.open(this.name, VERSION);
      request.onupgradeneeded = () => lay(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(problem("broken", "another tab keeps an old version of the app open"));
      request.onsuccess = () => {
        const database = request.result;
        database.onversionchange = () => this.close();
        database.onclose = () => {
          this.database = undefined;
        };
        resolve(database);
      };
    });
  }
}

/** An older database keeps what it has and gets what it lacks. */
function lay(database: IDBDatabase): void {
  for (const [name, { keyPath, index }] of Object.entries(LAYOUT)) {
    if (database.objectStoreNames.contains(name)) continue;
    const store = database.createObjectStore(name, keyPath === undefined ? undefined : { keyPath });
    if (index) store.createIndex(index[0], index[1], { unique: index[2] });
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function completed(inner: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    inner.oncomplete = () => resolve();
    inner.onabort = () => reject(inner.error ?? new DOMException("the transaction was aborted", "AbortError"));
  });
}

function abort(inner: IDBTransaction): void {
  try {
    inner.abort();
  } catch {
    // it has already ended by itself, which is what was wanted
  }
}

/** After a commit a repetition would write twice, so whatever is thrown here must not look like a lost connection. */
function afterCommit(point: () => void): void {
  try {
    point();
  } catch (thrown) {
    throw problem("local-fault", "the phone stopped right after saving", { detail: String(thrown) });
  }
}

function isLost(thrown: unknown): boolean {
  return thrown instanceof Error && LOST.has(thrown.name);
}

function inWords(thrown: unknown): unknown {
  if (thrown instanceof ProblemError || !(thrown instanceof Error)) return thrown;
  if (thrown.name === "VersionError") return problem("newer-app", "another tab has a newer version of this app");
  if (thrown.name === "QuotaExceededError")
    return problem("storage-full", "this phone has no room left", { detail: thrown.message });
  return thrown;
}
