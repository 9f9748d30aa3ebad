/** Where a quick note may go: only to what this person's role may write. */
import type { Core, View } from "../../contract.ts";
import { mayBeginVisits } from "../../domain/standing.ts";
import { startOf } from "../../domain/visiting.ts";
import { mayWrite } from "../visit/parts-of-visit.ts";

const MOST = 10;

export interface Filing {
  mayBegin: boolean;
  /** Visits under way that he writes, the newest first. */
  open: View[];
}

export function filingOf(core: Core): Filing {
  const own = core.list("visit").filter((visit) => visit.fields.state === "in_progress" && mayWrite(core, visit) === "all");
  return { mayBegin: mayBeginVisits(core.me()?.roles ?? []), open: own.sort((a, b) => startOf(b) - startOf(a)).slice(0, MOST) };
}
