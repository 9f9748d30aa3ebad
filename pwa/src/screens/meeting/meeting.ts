/** One meeting on a screen: read from the server when the screen opens and after each change. */
import { onMounted, type Ref, ref } from "vue";
import { useCore } from "../../client.ts";
import { useWorking, type Working } from "../../parts/working.ts";
import type { Meeting } from "./meetings.ts";

export interface MeetingOnScreen extends Working {
  meeting: Ref<Meeting | undefined>;
  load(): Promise<void>;
}

export function useMeeting(id: string): MeetingOnScreen {
  const core = useCore();
  const meeting = ref<Meeting>();
  const working = useWorking();
  const load = (): Promise<void> =>
    working.work(async () => {
      meeting.value = (await core.api("GET", `/ballots/v1/meetings/${id}`)) as Meeting;
    });
  onMounted(load);
  return { ...working, meeting, load };
}
