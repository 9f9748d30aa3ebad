/** Every way a hand-in can be cut: lost requests, lost answers, kills before and after a commit, late boxes, a second tab. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { chosen, emptyHeld, handedIn, type Held, type KeptSlip, stageOf } from "../src/domain/ballot/held.ts";
import { after, type Knows, LAST_CALL_MS, type Move, next, pauses, type Told } from "../src/sync/ballot-step.ts";

const SUBJECTS = ["s1", "s2", "s3"];
const FATES = ["fine", "fine", "lost-request", "lost-answer", "killed-before-commit", "killed-after-commit", "other-tab"] as const;
const EVENTS = ["nothing", "nothing", "nothing", "company", "last-call", "deadline", "opened", "void"] as const;
type Fate = (typeof FATES)[number];
type Happening = (typeof EVENTS)[number];

/** What the server saw and has; one that grades by bytes alone. */
class Office {
  state = "open";
  full = -1;
  left_ms = 3 * LAST_CALL_MS;
  readonly blinded = new Map<string, Set<string>>();
  readonly posted = new Map<string, Set<string>>();
  readonly box = new Map<string, "in" | "late">();

  happens(what: Happening): void {
    if (what === "company") this.full = 4;
    if (what === "last-call") this.left_ms = Math.min(this.left_ms, LAST_CALL_MS);
    if (what === "deadline") this.left_ms = 0;
    if (what === "opened") Object.assign(this, { left_ms: 0, state: this.state === "void" ? "void" : "opened" });
    if (what === "void" && this.state !== "opened") this.state = "void";
  }

  answer(move: Exclude<Move, { do: "rest" | "look" }>, held: Held): Told {
    const slips = held.slips as KeptSlip[];
    if (move.do === "issue") {
      for (const one of slips) noted(this.blinded, one.subject, one.blinded);
      if (this.left_ms <= 0) return { told: "refused", slug: "ballot-closed" };
      return { told: "issued", slips: slips.map((one) => ({ slip: `slip of ${one.message}`, tracker: `t ${one.message}` })), window: 4 };
    }
    if (move.do === "post") {
      const one = slips[move.at] as KeptSlip;
      noted(this.posted, one.subject, one.slip ?? "");
      const before = this.box.get(one.slip ?? "");
      const box = before ?? (this.left_ms > 0 ? "in" : "late");
      this.box.set(one.slip ?? "", box);
      return { told: "posted", at: move.at, tracker: one.tracker ?? "", box };
    }
    const found = slips.map((one) => (this.box.get(one.slip ?? "") === "in" ? ("counted" as const) : ("late" as const)));
    return { told: "board", found, head: "00", words: "地 锄 鸭 军", whole: true };
  }
}

class Phone {
  disk: Held | undefined;
  memory: Held | undefined;
  window: Knows["window"];
  private made = 0;

  knows = (office: Office): Knows => ({ state: office.state, manifest: "h", ...(this.window && { window: this.window }) });

  killed(): void {
    this.memory = this.disk;
    this.window = undefined;
  }

  /** Sealed anew at every attempt: only what is on disk may ever be sent. */
  handIn(fate: Fate): void {
    const attempt = ++this.made;
    const slips = SUBJECTS.map((subject) => ({ subject, group: "g", choice: "good" as const, message: `${subject}/${attempt}`, blinded: `b ${subject}/${attempt}`, inverse: "i" }));
    if (fate !== "killed-before-commit") this.disk = handedIn(this.disk ?? emptyHeld("r", "h"), slips);
    this.killed();
  }

  turn(office: Office, fate: Fate, at: number): void {
    const sentFrom = this.memory;
    const move = next(sentFrom, this.knows(office), (of) => at % of);
    if (move.do === "rest") {
      if (move.why === "company") this.window = undefined;
      return;
    }
    if (fate === "lost-request") return;
    if (move.do === "look") {
      if (fate === "fine") this.window = { full: office.full, left_ms: office.left_ms };
      return;
    }
    const told = office.answer(move, sentFrom as Held);
    if (fate === "lost-answer") return;
    if (fate !== "killed-before-commit") this.disk = after(this.disk as Held, told);
    if (fate === "fine") this.memory = this.disk;
    if (fate.startsWith("killed")) this.killed(); // the other tab goes on with what it knew
  }
}

const steps = fc.array(fc.tuple(fc.constantFrom(...FATES), fc.constantFrom(...EVENTS), fc.nat(7)), { minLength: 1, maxLength: 60 });

it("L17 never sends two different slips, and is green only over a box that has every slip", () => {
  fc.assert(
    fc.property(steps, (script) => {
      const [office, phone] = [new Office(), new Phone()];
      for (const [fate, happening, at] of script) {
        office.happens(happening);
        if (!phone.memory?.slips) phone.handIn(fate);
        else phone.turn(office, fate, at);
        everythingHolds(office, phone);
      }
    }),
    { numRuns: 3000 },
  );
});

it("comes to its end from wherever it was cut, once the line holds", () => {
  fc.assert(
    fc.property(steps, (script) => {
      const [office, phone] = [new Office(), new Phone()];
      for (const [fate, happening, at] of script) {
        office.happens(happening === "void" ? "nothing" : happening);
        if (!phone.memory?.slips) phone.handIn(fate);
        else phone.turn(office, fate, at);
      }
      office.happens("company");
      phone.killed();
      for (let more = 0; more < 20; more++) {
        if (!phone.memory?.slips) phone.handIn("fine");
        else phone.turn(office, "fine", more);
      }
      everythingHolds(office, phone);
      const stage = stageOf(phone.disk);
      if (office.state === "opened") expect(phone.disk?.slips?.every((one) => one.found) || stage === "refused" || stage === "sealed").toBe(true);
      else expect(["in", "late", "refused"]).toContain(stage);
    }),
    { numRuns: 1000 },
  );
});

function everythingHolds(office: Office, phone: Phone): void {
  for (const seen of [office.blinded, office.posted]) for (const different of seen.values()) expect(different.size).toBe(1);
  for (const held of [phone.disk, phone.memory]) {
    const stage = stageOf(held);
    const truth = (held?.slips ?? []).map((one) => office.box.get(one.slip ?? ""));
    if (stage === "in" || stage === "counted") expect(truth).toEqual(SUBJECTS.map(() => "in"));
    if (stage === "posting") expect(truth.some((one) => one)).toBe(true);
  }
}

function noted(seen: Map<string, Set<string>>, subject: string, bytes: string): void {
  seen.set(subject, (seen.get(subject) ?? new Set()).add(bytes));
}

const sealed = handedIn(emptyHeld("r", "h"), [{ subject: "s1", group: "g", choice: "good", message: "m", blinded: "b", inverse: "i" }]);
const signed = after(sealed, { told: "issued", slips: [{ slip: "s", tracker: "t" }], window: 2 });
const whyOf = (held: Held, knows: Partial<Knows>): unknown => {
  const move = next(held, { state: "open", manifest: "h", ...knows }, () => 0);
  return move.do === "rest" ? move.why : move.do;
};

it("waits for company, asks again, and goes without it in the last ten minutes", () => {
  expect(whyOf(signed, {})).toBe("look");
  expect(whyOf(signed, { window: { full: 1, left_ms: LAST_CALL_MS + 1 } })).toBe("company");
  expect(whyOf(signed, { window: { full: 2, left_ms: LAST_CALL_MS + 1 } })).toBe("post");
  expect(whyOf(signed, { window: { full: 1, left_ms: LAST_CALL_MS } })).toBe("post");
});

it("sends nothing in a void round, under another manifest, or after a refusal", () => {
  expect(whyOf(sealed, { state: "void" })).toBe("void");
  expect(whyOf(sealed, { manifest: "other" })).toBe("other-manifest");
  expect(whyOf(sealed, { state: "opened" })).toBe("too-late");
  const refused = after(sealed, { told: "refused", slug: "already-issued" });
  expect([whyOf(refused, {}), stageOf(refused)]).toEqual(["refused", "refused"]);
  expect(whyOf(after(refused, { told: "again" }), {})).toBe("issue");
});

it("is never green over a late slip, a missing one or a changed board", () => {
  const posted = after(signed, { told: "posted", at: 0, tracker: "t", box: "late" });
  expect(stageOf(posted)).toBe("late");
  expect(stageOf(after(signed, { told: "posted", at: 0, tracker: "another's", box: "in" }))).toBe("signed");
  const board = (found: "counted" | "late" | "altered" | "missing", whole = true, held = posted): string =>
    stageOf(after(held, { told: "board", found: [found], head: "", words: "", whole }));
  expect([board("counted"), board("late"), board("altered"), board("counted", false)]).toEqual(["counted", "late", "amiss", "amiss"]);
  const inTime = after(signed, { told: "posted", at: 0, tracker: "t", box: "in" });
  expect([board("missing", true, inTime), board("missing")]).toEqual(["amiss", "late"]);
});

it("lets a sheet be changed until it is handed in, and not after", () => {
  const once = chosen(chosen(emptyHeld("r", "h"), "s1", "poor"), "s1", "good");
  expect(once.choices).toEqual({ s1: "good" });
  expect(chosen(once, "s1", undefined).choices).toEqual({});
  expect(chosen(sealed, "s1", "poor")).toBe(sealed);
  expect(handedIn(sealed, [])).toBe(sealed);
});

it("spreads the posts over no more than the time it has", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 20 }), (chance) => {
      const gaps = pauses(chance, 40_000);
      expect(gaps.length).toBe(chance.length);
      expect(Math.min(0, ...gaps)).toBe(0);
      expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBeLessThan(40_000);
    }),
  );
});
