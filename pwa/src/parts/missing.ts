/** A screen that could not be loaded: what is true of it. A new version is spoken of only where one waits. */

export type Missing = "update" | "offline" | "unreachable";

export function whyMissing(updateWaits: boolean, online: boolean): Missing {
  if (updateWaits) return "update";
  return online ? "unreachable" : "offline";
}
