/** What every screen may have to know of a ballot: who votes, and whether what was handed in has arrived. */
import type { Core, View } from "../contract.ts";
import { isUnderWay, type Stand, standOf } from "../domain/ballot/stand.ts";
import { onlyEvaluates } from "../domain/standing.ts";
import type { BallotLeft, Tone } from "./pill.ts";

/** From here on what went wrong is history, and stands with the round. */
const SETTLED = ["certified", "published"];
const BEGUN: Stand[] = ["compare", "filling"];
const TONES: Partial<Record<Stand, Tone>> = {
  unissued: "device",
  compare: "device",
  filling: "device",
  void: "device",
  in: "arrived",
  counted: "arrived",
  other: "cannot",
  amiss: "cannot",
};

/** Green is what has arrived in time or was counted, and nothing else. L17 */
export const toneOf = (stand: Stand): Tone => TONES[stand] ?? (isUnderWay(stand) ? "underway" : "needs");

/** Whether this person has a place on a roll, or is here for nothing else. */
export const evaluates = (core: Core): boolean => core.list("roll_entry").length > 0 || onlyEvaluates(core.me()?.roles ?? []);

/** A round's stand without its manifest read: enough to say whether something has arrived. */
const standHere = (core: Core, { id, fields }: View): Stand => standOf(core.held(id), String(fields.state), "");

/** What has not arrived of a ballot, or went wrong: said before it is said that everything has arrived. */
export function ballotLeft(core: Core): BallotLeft {
  const held = core.list("ballot_round").filter(({ id, fields }) => core.held(id) && !SETTLED.includes(String(fields.state)));
  const stands = held.map((round) => standHere(core, round));
  if (stands.some(isUnderWay)) return "waiting";
  if (stands.some((stand) => stand !== "missed" && ["needs", "cannot"].includes(toneOf(stand)))) return "amiss";
  const begun = held.some(({ id }, at) => BEGUN.includes(stands[at] as Stand) && Object.keys(core.held(id)?.choices ?? {}).length > 0);
  return begun ? "begun" : undefined;
}

const RUN_BY = ["pbo", "scrutineer", "teller"];
const OVER = ["published", "void"];

/** The rounds that somebody in the hall's service has to bring to their end. */
export function roundsToRun(core: Core): View[] {
  if (!core.me()?.roles.some(({ role }) => RUN_BY.includes(role))) return [];
  return core.list("ballot_round").filter(({ fields }) => !OVER.includes(String(fields.state)));
}

/** His meetings, the newest first, each with its rounds: the last one that counts, else the last. */
export interface Meeting {
  meeting: View;
  roll: View;
  round: View | undefined;
  voided: View[];
}

export function meetingsOf(core: Core): Meeting[] {
  const found = core.list("roll_entry").flatMap((roll) => {
    const meeting = core.get(String(roll.fields.meeting_id));
    if (!meeting || meeting.deleted) return [];
    const rounds = core.list("ballot_round").filter(({ fields }) => fields.meeting_id === meeting.id);
    rounds.sort((a, b) => Number(b.fields.no) - Number(a.fields.no));
    const voided = rounds.filter(({ fields }) => fields.state === "void");
    return [{ meeting, roll, round: rounds.find((one) => !voided.includes(one)), voided }];
  });
  return found.sort((a, b) => b.meeting.createdAtMs - a.meeting.createdAtMs);
}
