/** A seeded source of chance: the same seed gives the same run. Source: mulberry32 (public domain, T. Ettinger). */
export interface Rng {
  next(): number;
  int(below: number): number;
  chance(p: number): boolean;
  pick<T>(items: readonly T[]): T;
}

export function rngOf(seed: number): Rng {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (below: number) => Math.floor(next() * below);
  return { next, int, chance: (p) => next() < p, pick: (items) => items[int(items.length)] as never };
}

/** The n-th chance of one thing, whatever else is drawn before or meanwhile: what goes on side by side changes nothing. */
export type Chances = (what: string) => number;

export function chancesOf(seed: string): Chances {
  const drawn = new Map<string, number>();
  return (what) => {
    const n = drawn.get(what) ?? 0;
    drawn.set(what, n + 1);
    return rngOf(seedOf(`${seed} ${what} ${n}`)).next();
  };
}

/** FNV-1a. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}
