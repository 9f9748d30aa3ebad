import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Effect, type Errand, type Event, initial, type State, step, type Told, type Wake } from "../src/sync/step.ts";

const WAKES: Wake[] = ["timer", "write", "online", "person", "start"];
const SLUGS = [
  "no-network",
  "timeout",
  "busy",
  "batch-too-large",
  "change-gap",
  "replica-forked",
  "epoch-changed",
  "unknown-replica",
];
const MORE_SLUGS = ["replica-revoked", "upgrade-required", "storage-full", "malformed-request", "not-allowed", "something-new"];

const told = fc.record({
  waiting: fc.nat(3),
  n: fc.nat(5),
  seq: fc.nat(5),
  more: fc.boolean(),
  moved: fc.boolean(),
  matched: fc.option(fc.boolean(), { nil: undefined }),
  mismatched: fc.constantFrom<string[]>([], ["field:v1"]),
  todo: fc.constantFrom<{ errand: Errand; from?: number }[]>([], [{ errand: "register" }], [{ errand: "resume", from: 1 }]),
});
const turn = fc.oneof(
  fc.record({ type: fc.constant("wake" as const), by: fc.constantFrom(...WAKES), waiting: fc.nat(3) }),
  fc.record({ type: fc.constant("back" as const), told }),
  fc.record({
    type: fc.constant("fail" as const),
    slug: fc.constantFrom(...SLUGS, ...MORE_SLUGS),
    retry: fc.option(fc.nat(100), { nil: undefined }),
  }),
  fc.constant({ type: "start" as const }),
  fc.constant({ type: "stop" as const }),
);
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

function eventOf(one: Turn, state: State): Event | undefined {
  const errand = state.underWay;
  if (one.type === "back") return errand && { type: "done", errand, told: one.told };
  if (one.type === "fail") {
    const problem = { slug: one.slug, title: one.slug, ...(one.retry && { retry_after_s: one.retry }) };
    return errand && { type: "failed", errand, problem, waiting: 1, random: 0.5 };
  }
  return one;
}

/** Runs the turns; calls `seen` after each with the errands started. */
function play(turns: Turn[], seen: (state: State, effects: Effect[], event: Event) => void): State {
  let state = initial();
  for (const one of turns) {
    const event = eventOf(one, state);
    if (!event) continue;
    const [next, effects] = step(state, event);
    seen(next, effects, event);
    state = next;
  }
  return state;
}

const errands = (effects: Effect[]) => effects.filter((effect) => effect.do === "errand");

describe("L8", () => {
  it("L8 at most one errand is ever under way", () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 80 }), (turns) => {
        let out = 0;
        play(turns, (state, effects, event) => {
          if (event.type === "done" || event.type === "failed") out -= 1;
          out += errands(effects).length;
          expect(out).toBeLessThanOrEqual(1);
          expect(out).toBe(state.underWay ? 1 : 0);
        });
      }),
      { numRuns: 500 },
    );
  });

  it("L8 a failure that means waiting starts nothing but a timer of at least a second", () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 60 }), (turns) => {
        play(turns, (state, effects, event) => {
          if (event.type !== "failed" || !["no-network", "timeout", "busy", "storage-full"].includes(event.problem.slug)) return;
          expect(errands(effects)).toEqual([]);
          for (const effect of effects) if (effect.do === "timer") expect(effect.ms).toBeGreaterThanOrEqual(1000);
          if (state.running) expect(effects.some((effect) => effect.do === "timer")).toBe(true);
        });
      }),
      { numRuns: 300 },
    );
  });

  it("L8 without progress the loop ends within few errands of one wake, whatever the server answers", () => {
    const stubborn: Told = { waiting: 1, n: 0, seq: 0, moved: false, more: true, todo: [] };
    const answers = fc.oneof(
      fc.constant({ type: "back" as const, told: stubborn }),
      fc.record({
        type: fc.constant("fail" as const),
        slug: fc.constantFrom("change-gap", "epoch-changed", "replica-forked", "batch-too-large"),
        retry: fc.constant(undefined),
      }),
    );
    fc.assert(
      fc.property(fc.array(answers, { minLength: 60, maxLength: 60 }), (turns) => {
        let started = 0;
        const end = play([{ type: "wake", by: "person", waiting: 1 }, ...turns] as Turn[], (_state, effects) => {
          started += errands(effects).length;
        });
        expect(end.underWay).toBeUndefined();
        expect(started).toBeLessThan(30);
      }),
      { numRuns: 300 },
    );
  });
});

function played(events: Event[], from = initial()): [State, Effect[]] {
  return events.reduce<[State, Effect[]]>(([state], event) => step(state, event), [from, []]);
}
const GREETED: State = { ...initial(), greeted: true, reportDue: false, receiptDue: false };
const fail = (errand: Errand, slug: string, more = {}): Event => ({
  type: "failed",
  errand,
  problem: { slug, title: slug, ...more },
  waiting: 2,
  random: 0.5,
});

describe("the order of a round", () => {
  it("greets, pushes everything, pulls with a receipt, reports, rests", () => {
    const seen: string[] = [];
    let [state, effects] = step(initial(), { type: "wake", by: "person", waiting: 2 });
    const answers: Told[] = [
      { waiting: 2 },
      { waiting: 0, n: 2, sent: 2 },
      { waiting: 0, seq: 9, more: true, moved: true },
      { waiting: 0, seq: 12, more: false, matched: true },
      { waiting: 0 },
    ];
    for (const told of answers) {
      const effect = effects[0];
      if (effect?.do !== "errand") throw new Error("the round ended early");
      seen.push(effect.errand + (effect.sums ? "+sums" : ""));
      [state, effects] = step(state, { type: "done", errand: effect.errand, told });
    }
    expect(seen).toEqual(["hello+sums", "push+sums", "pull+sums", "pull+sums", "report"]);
    expect(state.underWay).toBeUndefined();
    expect(state.resting).toBe("poll");
  });

  it("doubles the batch under five seconds and halves it on a timeout or 503", () => {
    const pushed: Event = { type: "done", errand: "push", told: { waiting: 500, n: 20, sent: 20, took_ms: 4000, moved: true } };
    const [fast] = played([{ type: "wake", by: "person", waiting: 500 }, pushed], GREETED);
    expect(fast.batch).toBe(40);
    const slow: Event = { type: "done", errand: "push", told: { waiting: 500, n: 20, sent: 20, took_ms: 6000, moved: true } };
    expect(played([{ type: "wake", by: "person", waiting: 500 }, slow], GREETED)[0].batch).toBe(20);
    expect(played([{ type: "wake", by: "person", waiting: 500 }, fail("push", "timeout")], GREETED)[0].batch).toBe(10);
    expect(played([{ type: "wake", by: "person", waiting: 500 }, fail("push", "busy")], GREETED)[0].batch).toBe(10);
  });

  it.each<Errand>(["push", "pull"])("rebuilds and greets again before anything else on a 409 epoch-changed of a %s", (errand) => {
    const seen: string[] = [];
    const waiting = errand === "push" ? 2 : 0;
    let [state, effects] = played([{ type: "wake", by: "person", waiting }, { ...fail(errand, "epoch-changed"), waiting } as Event], GREETED);
    for (let i = 0; i < 2; i++) {
      const effect = effects[0];
      if (effect?.do !== "errand") throw new Error("the round ended early");
      seen.push(effect.errand);
      [state, effects] = step(state, { type: "done", errand: effect.errand, told: { waiting } });
    }
    expect(seen).toEqual(["rebuild", "hello"]);
    expect(effects).toMatchObject([{ errand }]);
    expect(state.problem).toBeUndefined();
  });

  it("splits at once on 413 and stops where one change alone is still too large", () => {
    let [state, effects] = played([{ type: "wake", by: "person", waiting: 9 }], { ...GREETED, batch: 4 });
    const batches: number[] = [];
    for (let i = 0; i < 8 && effects[0]?.do === "errand"; i++) {
      batches.push(effects[0].batch);
      [state, effects] = step(state, fail("push", "batch-too-large"));
    }
    expect(batches).toEqual([4, 2, 1, 1, 1]);
    expect(state.problem?.slug).toBe("no-progress");
  });

  it("honours Retry-After even against a tap, and grows the back-off to five minutes", () => {
    const running: State = { ...GREETED, running: true };
    const wake: Event = { type: "wake", by: "person", waiting: 1 };
    const [held, timers] = played([wake, fail("push", "too-many-requests", { retry_after_s: 90 })], running);
    expect(timers).toEqual([{ do: "timer", ms: 90_000 }]);
    expect(step(held, wake)[1]).toEqual([]);
    expect(step(held, { type: "wake", by: "timer", waiting: 1 })[1]).toMatchObject([{ errand: "push" }]);
    let state = running;
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      const [next, effects] = played([{ type: "wake", by: "timer", waiting: 1 }, fail("push", "no-network")], state);
      state = next;
      if (effects[0]?.do === "timer") waits.push(effects[0].ms);
    }
    expect(waits[0]).toBe(1500);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(waits[11]).toBe(150_500);
    expect(step(state, { type: "wake", by: "write", waiting: 1 })[1]).toEqual([]);
    expect(step(state, { type: "wake", by: "online", waiting: 1 })[1]).toMatchObject([{ errand: "push" }]);
  });

  it("halts after three rounds without progress and goes on when a person asks", () => {
    const [state] = played(
      [
        { type: "wake", by: "person", waiting: 1 },
        fail("push", "replica-forked"),
        { type: "done", errand: "register", told: { waiting: 1 } },
        { type: "done", errand: "hello", told: { waiting: 1 } },
        fail("push", "replica-forked"),
        { type: "done", errand: "register", told: { waiting: 1 } },
        { type: "done", errand: "hello", told: { waiting: 1 } },
        fail("push", "replica-forked"),
      ],
      GREETED,
    );
    expect(state.end).toBe("halted");
    expect(state.problem).toMatchObject({ slug: "no-progress", detail: "replica-forked" });
    expect(step(state, { type: "wake", by: "timer", waiting: 1 })[1]).toEqual([]);
    expect(step(state, { type: "wake", by: "person", waiting: 1 })[1]).toHaveLength(1);
  });

  it("counts the loop breaker anew after progress", () => {
    const gap = fail("push", "change-gap", { expected: 3 });
    const round: Event[] = [
      gap,
      { type: "done", errand: "resume", told: { waiting: 1 } },
      gap,
      { type: "done", errand: "resume", told: { waiting: 1 } },
    ];
    const progress: Event = { type: "done", errand: "push", told: { waiting: 1, n: 7, sent: 1, moved: true } };
    const [state] = played([{ type: "wake", by: "person", waiting: 1 }, ...round, progress, ...round], GREETED);
    expect(state.end).toBeUndefined();
  });
});
