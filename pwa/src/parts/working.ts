/** One thing at a time that a screen asks of the server: busy while it runs, its problem kept for the screen to say. */
import { type Ref, ref, type ShallowRef, shallowRef } from "vue";
import { problemOf } from "../client.ts";
import type { Problem } from "../contract.ts";

export interface Working {
  busy: Ref<boolean>;
  fault: ShallowRef<Problem | undefined>;
  work(act: () => Promise<unknown>): Promise<void>;
}

export function useWorking(): Working {
  const busy = ref(false);
  const fault = shallowRef<Problem>();
  async function work(act: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    fault.value = undefined;
    try {
      await act();
    } catch (thrown) {
      fault.value = problemOf(thrown);
    } finally {
      busy.value = false;
    }
  }
  return { busy, fault, work };
}
