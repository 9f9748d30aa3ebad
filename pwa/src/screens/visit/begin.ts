/** A planned visit begins: its state and its times are one change, so that a kill leaves both or neither. */
import type { Core } from "../../contract.ts";

export const beginVisit = (core: Core, visit: string, nowMs: number): Promise<void> =>
  core.command(visit, "start", { start_at: nowMs, end_at: nowMs });
