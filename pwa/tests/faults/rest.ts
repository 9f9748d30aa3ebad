/** Knows when nothing of a seed's phones goes on any more: no cipher, no store transaction, and nothing that follows from one. */
export class Rest {
  private underWay = 0;

  /** Resolves when all of it has ended; how quick the machine is makes no difference. */
  async come(): Promise<void> {
    for (let quiet = 0; quiet < 5; quiet = this.underWay === 0 ? quiet + 1 : 0) await new Promise((resolve) => setImmediate(resolve));
  }

  crypto(real: Crypto): Crypto {
    const subtle = new Proxy(real.subtle, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
        return (...given: unknown[]) => this.during(method.apply(target, given));
      },
    });
    return { subtle, getRandomValues: real.getRandomValues.bind(real), randomUUID: real.randomUUID.bind(real) } as Crypto;
  }

  idb(real: IDBFactory): IDBFactory {
    const open = (name: string, version?: number) => {
      const request = real.open(name, version);
      this.until(request, ["success", "error"]);
      request.addEventListener("success", () => this.watch(request.result));
      return request;
    };
    return new Proxy(real, { get: (target, name) => (name === "open" ? open : Reflect.get(target, name).bind(target)) });
  }

  private watch(database: IDBDatabase): void {
    const begin = database.transaction.bind(database);
    database.transaction = (...given: Parameters<IDBDatabase["transaction"]>) => {
      const transaction = begin(...given);
      this.until(transaction, ["complete", "abort"]);
      return transaction;
    };
  }

  private until(target: EventTarget, ends: string[]): void {
    this.underWay += 1;
    for (const end of ends) target.addEventListener(end, () => (this.underWay -= 1), { once: true });
  }

  private during<T>(work: Promise<T>): Promise<T> {
    this.underWay += 1;
    return work.finally(() => (this.underWay -= 1));
  }
}
