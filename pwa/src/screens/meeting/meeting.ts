/** One meeting on a screen: read from the server when the screen opens and after each change; on a wall or at the door, again and again. */
import { onMounted, onScopeDispose, type Ref, ref } from "vue";
import { problemOf, useBrowser, useCore } from "../../client.ts";
import { useWorking, type Working } from "../../parts/working.ts";
import type { Meeting } from "./meetings.ts";

export const AGAIN_MS = 10_000;

export interface MeetingOnScreen extends Working {
  meeting: Ref<Meeting | undefined>;
  load(): Promise<void>;
}

/** Shape: `standing` the screen stays open while others change the meeting: it is read anew every ten seconds, and nothing blinks. */
export function useMeeting(id: string, standing = false): MeetingOnScreen {
  const core = useCore();
  const meeting = ref<Meeting>();
  const working = useWorking();
  let unread = false;
  const read = async (): Promise<void> => {
    meeting.value = (await core.api("GET", `/ballots/v1/meetings/${id}`)) as Meeting;
    const isNews = meeting.value.rounds.some((round) => core.get(round.id)?.fields.state !== round.state);
    if (isNews) void core.syncNow().catch(() => undefined); // the words come with the round's record
  };
  const load = (): Promise<void> => working.work(read);
  async function again(): Promise<void> {
    if (working.busy.value) return;
    try {
      await read();
      if (unread) working.fault.value = undefined;
      unread = false;
    } catch (thrown) {
      unread = true;
      working.fault.value = problemOf(thrown);
    }
  }
  onMounted(load);
  if (standing) onScopeDispose(useBrowser().repeat(() => void again(), AGAIN_MS));
  return { ...working, meeting, load };
}
