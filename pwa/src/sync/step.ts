/** One turn of the sync loop. Pure: what is to be done is a value, and at most one errand is ever under way (L8). */
import type { Problem } from "../contract.ts";
import { reactionTo } from "./reaction.ts";

export type Errand = "hello" | "push" | "pull" | "repair" | "register" | "report" | "rebuild" | "resume";
export type Effect =
  | { do: "errand"; errand: Errand; batch: number; page: number; sums: boolean; scope?: string; from?: number }
  | { do: "timer"; ms: number };

export type Wake = "timer" | "write" | "online" | "person" | "start";
/** What an errand tells when it is back. `waiting`: changes still to be pushed. */
export interface Told {
  waiting: number;
  /** Highest own number and seq the server has confirmed. */
  n?: number;
  seq?: number;
  /** Work that the answer asks for before anything else. */
  todo?: Todo[];
  more?: boolean;
  /** False: the answer asks for more, yet nothing advanced. */
  moved?: boolean;
  sent?: number;
  took_ms?: number;
  /** Whether the receipt matched; undefined where none was asked or something was still waiting. */
  matched?: boolean;
  mismatched?: string[];
}
export interface Todo {
  errand: Errand;
  scope?: string;
  from?: number;
}
export type Event =
  | { type: "wake"; by: Wake; waiting: number }
  | { type: "done"; errand: Errand; told: Told }
  | { type: "failed"; errand: Errand; problem: Problem; waiting: number; random: number }
  | { type: "enrolled" | "start" | "stop" | "health" };

export interface State {
  running: boolean;
  underWay?: Errand;
  greeted: boolean;
  pullDue: boolean;
  receiptDue: boolean;
  reportDue: boolean;
  todo: Todo[];
  batch: number;
  page: number;
  /** Failures in a row, for the back-off; setbacks in a row, for the loop breaker. */
  failures: number;
  /** Polls since the last full check. */
  polls: number;
  setbacks: number;
  highN: number;
  highSeq: number;
  resting?: "poll" | "back-off" | "retry-after";
  /** Why no errand is started any more. */
  end?: "enrol" | "halted";
  draining: boolean;
  pullRefused: boolean;
  problem?: Problem;
}

export const LARGEST_BATCH = 200;
export const LARGEST_PAGE = 500;
export const POLL_MS = 30_000;
/** Eight hours of an open screen, counted in polls: no clock is asked (L14). Then sums are compared and the phone reports. */
const POLLS_A_DAY = 960;
const QUICK_MS = 5000;
const MOST_SETBACKS = 3;

export function initial(): State {
  return {
    running: false,
    greeted: false,
    pullDue: true,
    receiptDue: true,
    reportDue: true,
    todo: [],
    batch: 20,
    page: LARGEST_PAGE,
    failures: 0,
    polls: 0,
    setbacks: 0,
    highN: 0,
    highSeq: 0,
    draining: false,
    pullRefused: false,
  };
}

/**
 * The state after an event, and what is to be done about it.
 *
 * Laws: L6, L8
 */
export function step(state: State, event: Event): [State, Effect[]] {
  switch (event.type) {
    case "start":
      return [{ ...state, running: true }, []];
    case "stop":
      return [{ ...state, running: false, resting: undefined }, []];
    case "enrolled":
      return [{ ...initial(), running: state.running, underWay: state.underWay }, []];
    case "health":
      return [{ ...state, reportDue: true }, []];
    case "wake":
      return wake(state, event.by, event.waiting);
    case "done":
      return event.errand === state.underWay ? done({ ...state, underWay: undefined }, event.errand, event.told) : [state, []];
    case "failed":
      return event.errand === state.underWay ? failed({ ...state, underWay: undefined }, event) : [state, []];
  }
}

function wake(before: State, by: Wake, waiting: number): [State, Effect[]] {
  if (before.underWay || (before.end && by !== "person")) return [before, []];
  if (before.resting === "retry-after" && by !== "timer") return [before, []];
  if (before.resting === "back-off" && by === "write") return [before, []];
  const state: State = { ...before, end: undefined, resting: undefined, pullDue: true };
  if (by === "timer") state.polls += 1;
  if (state.polls >= POLLS_A_DAY) Object.assign(state, { polls: 0, receiptDue: true, reportDue: true });
  if (by === "person")
    Object.assign(state, {
      setbacks: 0,
      failures: 0,
      receiptDue: true,
      pullRefused: false,
      problem: state.draining ? state.problem : undefined,
    });
  return next(state, waiting);
}

function done(before: State, errand: Errand, told: Told): [State, Effect[]] {
  const ahead = (told.n ?? 0) > before.highN || (told.seq ?? 0) > before.highSeq;
  const state: State = {
    ...before,
    failures: 0,
    problem: before.draining || before.pullRefused ? before.problem : undefined,
    setbacks: ahead ? 0 : before.setbacks,
    highN: Math.max(before.highN, told.n ?? 0),
    highSeq: Math.max(before.highSeq, told.seq ?? 0),
    todo: [...before.todo, ...(told.todo ?? [])],
  };
  AFTER[errand](state, told);
  const setback = (told.todo?.length ?? 0) > 0 || told.moved === false || (told.mismatched?.length ?? 0) > 0;
  return setback && !ahead ? setBack(state, told.waiting) : next(state, told.waiting);
}

/** What each errand leaves to be done; the state is this turn's own copy. */
const AFTER: Record<Errand, (state: State, told: Told) => void> = {
  hello: (state) => {
    state.greeted = true;
  },
  push: (state, told) => {
    state.pullDue = true;
    state.receiptDue = true;
    if ((told.took_ms ?? 0) < QUICK_MS && (told.sent ?? 0) >= state.batch) state.batch = Math.min(LARGEST_BATCH, state.batch * 2);
  },
  pull: (state, told) => {
    state.pullDue = told.more === true;
    if (!told.more) state.receiptDue = told.matched === false;
    state.todo = [...state.todo, ...(told.mismatched ?? []).map((scope): Todo => ({ errand: "repair", scope }))];
  },
  repair: (state) => {
    Object.assign(state, { pullDue: true, receiptDue: true });
  },
  report: (state) => {
    state.reportDue = false;
  },
  register: (state) => {
    Object.assign(state, { greeted: false, highN: 0, reportDue: true });
  },
  rebuild: (state) => {
    Object.assign(state, { pullDue: true, receiptDue: true });
  },
  resume: () => undefined,
};

function failed(before: State, event: { errand: Errand; problem: Problem; waiting: number; random: number }): [State, Effect[]] {
  const { errand, problem, waiting } = event;
  const state: State = { ...before, problem };
  const reaction = reactionTo(problem, errand);
  switch (reaction.do) {
    case "retry":
      if (reaction.smaller) Object.assign(state, { batch: Math.max(1, state.batch >> 1), page: Math.max(20, state.page >> 1) });
      return backOff(state, problem.retry_after_s, event.random);
    case "split":
      state.batch = Math.max(1, state.batch >> 1);
      return state.batch === before.batch ? setBack(state, waiting) : next(state, waiting);
    case "errands":
      state.todo = [...state.todo.filter((todo) => !reaction.todo.some((one) => one.errand === todo.errand)), ...reaction.todo];
      if (reaction.greetAgain) state.greeted = false;
      return setBack(state, waiting);
    case "skip":
      return skip(state, errand, waiting);
    case "no-pull":
      return next({ ...state, pullRefused: true }, waiting);
    case "drain":
      return next({ ...state, draining: true }, waiting);
    case "enrol":
      return [{ ...state, end: "enrol", todo: [] }, []];
    case "halt":
      return [{ ...state, end: "halted" }, []];
  }
}

/** The server will not have the report: records go on without. Where it cannot mend one scope, all are fetched. */
function skip(state: State, errand: Errand, waiting: number): [State, Effect[]] {
  if (errand === "repair") return setBack({ ...state, todo: [{ errand: "rebuild" }] }, waiting);
  return next({ ...state, reportDue: false }, waiting);
}

/** The loop breaker: three setbacks without progress of cursor or number, and the sync stops and says so. */
function setBack(state: State, waiting: number): [State, Effect[]] {
  const setbacks = state.setbacks + 1;
  if (setbacks < MOST_SETBACKS) return next({ ...state, setbacks }, waiting);
  const title = "the sync made no progress in three rounds and has stopped";
  const problem = { slug: "no-progress", title, detail: state.problem?.slug };
  return [{ ...state, setbacks, end: "halted", problem, todo: [] }, []];
}

function next(state: State, waiting: number): [State, Effect[]] {
  const start = (todo: Todo, after: Partial<State> = {}): [State, Effect[]] => {
    const { batch, page, receiptDue: sums } = state;
    return [{ ...state, ...after, underWay: todo.errand }, [{ do: "errand", batch, page, sums, ...todo }]];
  };
  const [first, ...later] = state.todo;
  if (first && !(state.draining && first.errand !== "resume")) return start(first, { todo: later });
  if (!state.greeted && !state.draining) return start({ errand: "hello" });
  if (waiting > 0) return start({ errand: "push" });
  if (state.draining) return rest(state);
  if ((state.pullDue || state.receiptDue) && !state.pullRefused) return start({ errand: "pull" });
  if (state.reportDue) return start({ errand: "report" });
  return rest(state);
}

/** Nothing to do until the poll. */
function rest(state: State): [State, Effect[]] {
  return [{ ...state, resting: "poll" }, state.running ? [{ do: "timer", ms: POLL_MS }] : []];
}

/** Full jitter between 1 s and a ceiling that doubles up to 5 minutes; what the server asks for is the least. */
function backOff(state: State, retryAfter_s: number | undefined, random: number): [State, Effect[]] {
  const failures = Math.min(state.failures + 1, 20);
  const ceiling = Math.min(300_000, 1000 * 2 ** failures);
  const jitter = 1000 + random * (ceiling - 1000);
  const asked = Math.min(3600, retryAfter_s ?? 0) * 1000;
  const resting = asked > 0 ? "retry-after" : "back-off";
  const timer: Effect[] = state.running || asked > 0 ? [{ do: "timer", ms: Math.max(asked, jitter) }] : [];
  return [{ ...state, failures, resting }, timer];
}
