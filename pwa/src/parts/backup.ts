/** Carries everything that only this phone has into one sealed file. */
import { now, useBrowser, useCore, zone } from "../client.ts";
import { dayOf, timeOf } from "./times.ts";

export async function saveBackup(): Promise<void> {
  const bytes = await useCore().exportBackup();
  const stamp = `${dayOf(now(), zone())}-${timeOf(now(), zone()).replace(":", "")}`;
  useBrowser().save(`zoufang-${stamp}.zoufang`, bytes, "application/octet-stream");
}
