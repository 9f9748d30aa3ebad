/** Saving a child sheet: one save at a time, faults in words, back to the visit; only the author may edit. */
import { ref, shallowRef } from "vue";
import { useRouter } from "vue-router";
import { problemOf, useCore } from "../../client.ts";
import type { Fields, Problem, View } from "../../contract.ts";
import type { Editor } from "../../parts/editor.ts";

export function useSaving<T extends Fields>(back: string, editor: Editor<T>) {
  const core = useCore();
  const router = useRouter();
  const busy = ref(false);
  const fault = shallowRef<Problem>();

  /** Runs the save; true means it stands and the sheet closes. */
  async function run(save: () => Promise<boolean>): Promise<void> {
    if (busy.value) return;
    busy.value = true;
    fault.value = undefined;
    try {
      if (!(await editor.closing(save))) return;
      await router.replace(back);
    } catch (thrown) {
      fault.value = problemOf(thrown);
    } finally {
      busy.value = false;
    }
  }

  async function patch(id: string, draft: string, changed: Fields): Promise<void> {
    if (Object.keys(changed).length > 0) await core.patch(id, changed, { opened: editor.value.opened, draft });
    else await core.dropDraft(draft);
  }

  const mayEdit = (view: View | undefined): boolean => view === undefined || view.createdBy === core.me()?.account;
  return { busy, fault, run, patch, mayEdit };
}
