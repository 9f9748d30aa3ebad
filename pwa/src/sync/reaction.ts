/** What an offline queue does about each problem of the catalogue (DESIGN 14). */
import type { Problem } from "../contract.ts";
import type { Errand, Todo } from "./step.ts";

export type Reaction =
  | { do: "retry"; smaller: boolean }
  | { do: "split" }
  | { do: "errands"; todo: Todo[]; greetAgain: boolean }
  | { do: "skip" | "no-pull" | "drain" | "enrol" | "halt" };

/** If the server will not have these, records still go on. */
const OPTIONAL = new Set<Errand>(["report", "repair"]);

export function reactionTo(problem: Problem, errand: Errand): Reaction {
  return bySlug(problem) ?? byAction(problem, errand);
}

function bySlug(problem: Problem): Reaction | undefined {
  switch (problem.slug) {
    case "timeout":
    case "busy":
      return { do: "retry", smaller: true };
    case "no-network":
    case "local-fault":
    case "too-many-requests":
    case "storage-full":
    case "server-fault":
      return { do: "retry", smaller: false };
    case "batch-too-large":
      return { do: "split" };
    case "change-gap":
      return { do: "errands", todo: [{ errand: "resume", from: problem.expected }], greetAgain: false };
    case "replica-forked":
      return { do: "errands", todo: [{ errand: "register" }], greetAgain: false };
    case "epoch-changed":
      return { do: "errands", todo: [{ errand: "rebuild" }], greetAgain: true };
    case "unknown-replica":
      return { do: "enrol" };
    case "replica-revoked":
      return { do: "drain" };
    case "upgrade-required":
      return { do: "no-pull" };
    default:
      return undefined;
  }
}

/** A problem that this version does not know yet, by what it asks an offline queue to do. */
function byAction(problem: Problem, errand: Errand): Reaction {
  switch (problem.device_action) {
    case "retry":
      return { do: "retry", smaller: false };
    case "split":
      return { do: "split" };
    case "rebuild":
      return { do: "errands", todo: [{ errand: "rebuild" }], greetAgain: true };
    case "resume":
      return { do: "errands", todo: [{ errand: "resume", from: problem.expected }], greetAgain: false };
    case "enrol":
      return { do: "enrol" };
    default:
      if ((problem.status ?? 0) >= 500) return { do: "retry", smaller: false };
      return OPTIONAL.has(errand) ? { do: "skip" } : { do: "halt" };
  }
}
