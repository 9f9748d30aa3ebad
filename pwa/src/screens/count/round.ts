/** One round on a screen of the count: its record, its manifest, and one answer of the server that is read again after each change. */
import { computed, type ComputedRef, onMounted, type ShallowRef, shallowRef } from "vue";
import { live, useCore } from "../../client.ts";
import { text } from "../../domain/visiting.ts";
import { useWorking, type Working } from "../../parts/working.ts";
import { type Sheet, sheetOf } from "./sheet.ts";

export interface Counting<T> extends Working {
  told: ShallowRef<T | undefined>;
  title: ComputedRef<string>;
  sheet: ComputedRef<Sheet>;
  roles: ComputedRef<string[]>;
  load(): Promise<void>;
  /** Asks the round's address for something, and reads again what stands on the screen. */
  act(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** Shape: `path` below the round's address; `T` what it answers. */
export function useCounting<T>(round: string, path: string): Counting<T> {
  const core = useCore();
  const told = shallowRef<T>();
  const working = useWorking();
  const view = live((held) => held.get(round));
  const manifest = computed(() => text(view.value?.fields.manifest));
  const base = `/ballots/v1/rounds/${round}`;
  const read = async (): Promise<void> => {
    told.value = (await core.api("GET", `${base}/${path}`)) as T;
  };
  const load = (): Promise<void> => working.work(read);
  async function act(method: string, to: string, body?: unknown): Promise<unknown> {
    const answer = await core.api(method, `${base}/${to}`, body);
    await read();
    void core.syncNow().catch(() => undefined); // the round's state travels in its record
    return answer;
  }
  onMounted(load);
  return {
    ...working,
    told,
    title: computed(() => text(view.value?.fields.title)),
    sheet: computed(() => sheetOf(manifest.value)),
    roles: live((held) => held.me()?.roles.map(({ role }) => role) ?? []),
    load,
    act,
  };
}
