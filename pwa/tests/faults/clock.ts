/** The time of one seed: it goes on when somebody reads it and when the scenario says so, never by itself. */
export interface Clock {
  now(): number;
  setTimer(fn: () => void, ms: number): () => void;
  /** What is due by then fires now, the earliest first. */
  pass(ms: number): void;
}

/** Every reading is a millisecond later than the one before: ids made in one seed stand in the order in which they were made. */
export function clockFrom(start_ms: number): Clock {
  let now_ms = start_ms;
  const timers = new Set<{ at_ms: number; fn: () => void }>();
  return {
    now: () => ++now_ms,
    setTimer(fn, ms) {
      const timer = { at_ms: now_ms + ms, fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass(ms) {
      now_ms += ms;
      const due = [...timers].filter((timer) => timer.at_ms <= now_ms).sort((a, b) => a.at_ms - b.at_ms);
      for (const timer of due) if (timers.delete(timer)) timer.fn();
    },
  };
}
