/** A network and a store that fail where the seed says so. */
import type { Chances } from "./rng.ts";

export type Cut = "none" | "before-send" | "before-commit" | "after-commit" | "mid-answer" | "duplicate" | "late-copy";
const CUTS: Cut[] = ["before-send", "before-commit", "after-commit", "mid-answer", "duplicate", "late-copy"];

export interface Weather {
  /** False: every request and every store call goes through. */
  stormy: boolean;
  counts: Record<string, number>;
}

/** One process's connection to the world; `dead` processes reach nothing any more. */
export interface Line {
  fetch: typeof fetch;
  faults(point: string): void;
  kill(): void;
}

export function lineFor(chances: Chances, weather: Weather, base: string): Line {
  let dead = false;
  let kept: (() => Promise<unknown>) | undefined;
  const count = (what: string) => {
    weather.counts[what] = (weather.counts[what] ?? 0) + 1;
  };
  const send = async (url: string, init: RequestInit | undefined, fault: string) => {
    const headers = new Headers(init?.headers);
    if (fault) headers.set("X-Fault", fault);
    return fetch(url, { ...init, headers });
  };
  const faulty = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (dead) throw new TypeError("this process was killed");
    const { href: url, pathname } = new URL(String(input), base);
    const what = `${init?.method} ${pathname}`;
    const cut = weather.stormy && chances(what) < 0.35 ? (CUTS[Math.floor(chances(`cut ${what}`) * CUTS.length)] as Cut) : "none";
    count(`cut ${cut}`);
    if (cut === "before-send") throw new TypeError("cut before send");
    if (cut === "late-copy" && kept) await kept().catch(() => undefined);
    if (init?.method === "POST") kept = () => send(url, init, "").then((answer) => answer.arrayBuffer());
    if (cut === "duplicate") await send(url, init, "").then((answer) => answer.arrayBuffer());
    const onServer = cut === "before-commit" || cut === "after-commit" || cut === "mid-answer";
    const answer = await send(url, init, onServer ? cut : "");
    const bytes = await answer.arrayBuffer();
    if (dead) throw new TypeError("this process was killed");
    return new Response(answer.status === 204 ? null : bytes, { status: answer.status, headers: answer.headers });
  };
  return {
    fetch: faulty as typeof fetch,
    faults(point) {
      if (dead) throw new DOMException(`killed at ${point}`, "AbortError");
      if (!weather.stormy || chances(point) >= 0.02) return;
      count("store fault");
      throw new DOMException(`the store failed at ${point}`, "UnknownError");
    },
    kill() {
      dead = true;
      count("client kill");
    },
  };
}
