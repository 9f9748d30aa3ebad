/** The steps of a round: who may take which, and what is still missing, said before anybody taps. */

export interface GroupNumbers {
  group: string;
  entitled: number;
  present: number;
  issued_e: number;
  issued_p: number;
  received: number;
}
export interface Numbers {
  state: string;
  deadline_ms: number;
  server_time_ms: number;
  groups: GroupNumbers[];
}
/** What a guard is judged by. */
export interface Facts {
  state: string;
  roles: string[];
  /** Whether a scrutineer has named the tally key; undefined where it is not known. */
  key: boolean | undefined;
  groups: { group: string; entitled: number; present: number }[];
  /** Somewhere fewer than five may grade. */
  few: boolean;
  deadline_ms: number;
  server_time_ms: number;
  /** The round is with the hall's laptop, which alone goes on with it. */
  delegated: boolean;
  /** This is that laptop. */
  at_hub?: boolean;
}
export interface Step {
  step: "issue" | "open" | "close" | "void" | "release";
  /** What must hold first and does not, as keys below `guard.`. */
  lacks: string[];
}

export const ROUND_STATES = ["prepared", "issued", "open", "closed", "opened", "reconciled", "counted", "certified", "published", "void"];
const NEXT: Record<string, Step["step"]> = { prepared: "issue", issued: "open", open: "close" };

export const stands = (state: string, from: string): boolean => state !== "void" && ROUND_STATES.indexOf(state) >= ROUND_STATES.indexOf(from);
export const sums = (groups: GroupNumbers[]): Omit<GroupNumbers, "group"> =>
  groups.reduce((all, one) => ({ entitled: all.entitled + one.entitled, present: all.present + one.present, issued_e: all.issued_e + one.issued_e, issued_p: all.issued_p + one.issued_p, received: all.received + one.received }), { entitled: 0, present: 0, issued_e: 0, issued_p: 0, received: 0 });

/** The steps somebody with these roles may take now, the next one first. */
export function stepsOf(facts: Facts): Step[] {
  const steps: Step[] = [];
  const next = NEXT[facts.state];
  if (facts.roles.includes("pbo") && next) steps.push({ step: next, lacks: lacking(next, facts) });
  if (facts.roles.includes("scrutineer") && facts.state === "closed" && !facts.at_hub) steps.push({ step: "release", lacks: facts.server_time_ms < facts.deadline_ms ? ["after-deadline"] : [] });
  if (facts.roles.includes("pbo") && facts.state !== "void" && !stands(facts.state, "certified") && !facts.at_hub) steps.push({ step: "void", lacks: withHub(facts) });
  return steps;
}

function lacking(step: Step["step"], facts: Facts): string[] {
  const entitled = facts.groups.reduce((all, one) => all + one.entitled, 0);
  const present = facts.groups.reduce((all, one) => all + one.present, 0);
  if (step === "issue") return [...(facts.key === false ? ["tally-key"] : []), ...(facts.groups.length === 0 || facts.few ? ["groups-of-five"] : []), ...before(facts)];
  if (step === "open") return [...withHub(facts), ...(present * 3 < entitled * 2 ? ["quorum"] : []), ...before(facts)];
  return step === "close" ? withHub(facts) : [];
}

const withHub = (facts: Facts): string[] => (facts.delegated ? ["with-hub"] : []);
const before = (facts: Facts): string[] => (facts.server_time_ms >= facts.deadline_ms ? ["before-deadline"] : []);

/** Which part of a round whoever holds a role has business with. A part stands here once its screen does. */
const AFTER = ["counted", "certified", "published"];
const PARTS: { part: string; roles: string[]; in: string[] }[] = [
  { part: "key", roles: ["scrutineer"], in: ["prepared", "issued", "open", "closed"] },
  { part: "forms", roles: ["pbo"], in: ["open", "closed", "opened"] },
  { part: "entry", roles: ["pbo", "teller"], in: ["closed", "opened"] },
  { part: "reconcile", roles: ["pbo", "scrutineer"], in: ["closed", "opened", "reconciled", ...AFTER] },
  { part: "reconcile", roles: ["committee_secretary"], in: ["reconciled", ...AFTER] },
  { part: "marks", roles: ["pbo"], in: ["closed", "opened", "reconciled"] },
  { part: "result", roles: ["pbo", "committee_secretary", "scrutineer"], in: AFTER },
  { part: "result", roles: ["on-roll"], in: ["published"] },
  { part: "board", roles: ["scrutineer", "on-roll"], in: ["opened", "reconciled", ...AFTER] },
];

/** Shape: `atHub` at the laptop in the hall, where paper is given out and noted, and nothing is counted */
export const partsOf = (state: string, roles: string[], atHub = false): string[] =>
  [...new Set(PARTS.filter((one) => (!atHub || one.part === "forms") && one.in.includes(state) && one.roles.some((role) => roles.includes(role))).map(({ part }) => part))];
