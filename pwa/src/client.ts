/** The Vue side of the core: the page's one Core, the tick that screens follow, the clock and what main.ts knows of the browser. */
import { computed, type ComputedRef, onScopeDispose, ref, type Ref, shallowRef } from "vue";
import type { Core, Problem } from "./contract.ts";
import type { Missing } from "./parts/missing.ts";

/** What only the browser can tell or do; main.ts fills it in. */
export interface Surroundings {
  now(): number;
  repeat(fn: () => void, ms: number): () => void;
  platform: string;
  version: string;
  /** Why this browser cannot keep work, if it cannot. */
  blocked: "wechat" | "ios-tab" | "insecure" | "no-store" | undefined;
  installed: Ref<boolean>;
  /** The browser's own install dialog, when it offers one. */
  install: Ref<(() => Promise<void>) | undefined>;
  /** A newer version waits; a tap takes it. */
  update: Ref<(() => Promise<void>) | undefined>;
  /** A screen could not be loaded, and how to try again. */
  missing: Ref<{ why: Missing; retry(): Promise<void> } | undefined>;
  preference(name: string): string | null;
  prefer(name: string, value: string): void;
  persist(): Promise<boolean>;
  save(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): void;
  copy(text: string): Promise<boolean>;
  print(): void;
}

let core: Core | undefined;
let around: Surroundings | undefined;
const tick = shallowRef(0);
const leaving = new Set<() => Promise<void> | void>();

export function hold(theCore: Core, surroundings: Surroundings): void {
  core = theCore;
  around = surroundings;
  let ticks = 0;
  core.subscribe(() => {
    ticks += 1;
    tick.value = ticks; // never read here: whoever made the core change would follow its own change, without end
  });
}

export function useCore(): Core {
  if (!core) throw new Error("the core is not there yet");
  return core;
}

export function useBrowser(): Surroundings {
  if (!around) throw new Error("the surroundings are not there yet");
  return around;
}

/** A value read from the core; it is read again whenever anything in the core changed. */
export function live<T>(read: (core: Core) => T): ComputedRef<T> {
  return computed(() => {
    void tick.value;
    return read(useCore());
  });
}

export const now = (): number => useBrowser().now();

/** The time of day, renewed every `ms` while the screen stands. */
export function useNow(ms = 15_000): Ref<number> {
  const value = ref(now());
  onScopeDispose(
    useBrowser().repeat(() => {
      value.value = now();
    }, ms),
  );
  return value;
}

/** The township's time zone; China's until someone has signed in. */
export const zone = (): string => useCore().me()?.township.time_zone || "Asia/Shanghai";

/** What has to be kept before the page goes: hidden, locked, closed, updated. */
export function beforeLeaving(keep: () => Promise<void> | void): void {
  leaving.add(keep);
  onScopeDispose(() => leaving.delete(keep));
}

export async function keepEverything(): Promise<void> {
  await Promise.allSettled([...leaving].map((keep) => keep()));
}

/** Whatever was thrown, as a problem that a screen has words for. */
export function problemOf(thrown: unknown): Problem {
  const found = thrown as Partial<Problem> | null;
  if (found && typeof found.slug === "string") return asked(found as Problem);
  return { slug: "local-fault", title: "local-fault", detail: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** What a screen itself asks of the server is not sent later: the words of the sync loop would promise it. */
function asked(problem: Problem): Problem {
  return ["no-network", "timeout"].includes(problem.slug) ? { ...problem, slug: "not-reached" } : problem;
}
