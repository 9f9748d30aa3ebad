/** The numbers of a round, read again while the screen stands; no count of grades is ever among them. */
import { computed, type ComputedRef, onMounted, onScopeDispose, type Ref, ref } from "vue";
import { useBrowser, useCore } from "../../client.ts";
import { useWorking, type Working } from "../../parts/working.ts";
import { AGAIN_MS } from "./meeting.ts";
import type { Numbers } from "./round.ts";

export interface NumbersOnScreen extends Working {
  numbers: Ref<Numbers | undefined>;
  /** The server's time now, carried on by the clock of this machine since the last answer. */
  serverMs: ComputedRef<number>;
  read(): Promise<void>;
}

export function useNumbers(round: () => string | undefined): NumbersOnScreen {
  const core = useCore();
  const browser = useBrowser();
  const numbers = ref<Numbers>();
  const at = ref(browser.now());
  const heardMs = ref(0);
  const working = useWorking();
  const serverMs = computed(() => (numbers.value ? numbers.value.server_time_ms + Math.max(0, at.value - heardMs.value) : at.value));
  async function read(): Promise<void> {
    const id = round();
    if (!id || working.busy.value) return;
    await working.work(async () => {
      numbers.value = (await core.api("GET", `/ballots/v1/rounds/${id}/numbers`)) as Numbers;
      heardMs.value = at.value = browser.now();
      if (numbers.value.state !== core.get(id)?.fields.state) void core.syncNow().catch(() => undefined); // the words come with the record
    });
  }
  onMounted(read);
  onScopeDispose(browser.repeat(() => void read(), AGAIN_MS));
  onScopeDispose(
    browser.repeat(() => {
      at.value = browser.now();
    }, 1000),
  );
  return { ...working, numbers, serverMs, read };
}
