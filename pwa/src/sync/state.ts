/** What the screens are told about the sync. */
import type { Ports, SyncState } from "../contract.ts";
import type { Views } from "../domain/view.ts";
import type { Opened } from "../store/opened.ts";
import type { Errands } from "./errands.ts";
import type { Shell } from "./shell.ts";

export interface Running {
  open: Opened;
  views: Views;
  errands: Errands;
  shell: Shell;
}

/** `waiting` is what a locked phone can count without its key. Green is only what a receipt proved (L17). */
export function syncState(ports: Ports, running: Running | undefined, outside: { waiting: number; handed: number }): SyncState {
  const { waiting, handed } = outside;
  const none = { running: false, online: ports.online(), total: waiting, done: 0, quarantined: 0, conflicts: 0 };
  if (!running) return { ...none, waiting, handed, locked: true };
  const { open, views, errands, shell } = running;
  const { state } = shell;
  const left = errands.waiting();
  const { total, done } = errands.round;
  const told: SyncState = {
    running: shell.underWay,
    online: ports.online(),
    waiting: left,
    handed: state.end === "enrol" ? Math.min(left, handed) : 0,
    total: shell.underWay ? Math.max(total, done + left) : left,
    done: shell.underWay ? done : 0,
    quarantined: open.shelf.quarantined().filter(({ outcome }) => !outcome?.with_office).length,
    conflicts: views.openConflicts(),
    locked: false,
  };
  const unreadable = open.shelf.unreadable.size;
  if (unreadable > 0) told.unreadable = unreadable;
  const { arrived } = open.progress;
  if (left === 0 && unreadable === 0 && arrived && arrived.gen === open.counter.gen && arrived.n === open.counter.n) told.arrivedAtMs = arrived.at_ms;
  if (state.end === "halted" && state.problem) told.halted = state.problem;
  if (state.problem) told.lastProblem = state.problem;
  if (open.progress.lost) told.lost = open.progress.lost;
  if (!open.progress.whole) told.firstSync = { done: open.progress.pulled_rows };
  return told;
}
