/** What is being typed is kept, encrypted, at most a second later; going back never asks whether to save. */
import { onScopeDispose, reactive, type Ref, ref, shallowRef, toRaw, watch } from "vue";
import { beforeLeaving, now, problemOf, useBrowser, useCore } from "../client.ts";
import type { Problem } from "../contract.ts";

const PAUSE_MS = 500;

export interface Autosave<T extends object> {
  value: T;
  /** When the last letter typed was safely kept. */
  keptAtMs: Ref<number | undefined>;
  fault: Ref<Problem | undefined>;
  /** True once the form holds something that came from the person. */
  touched: Ref<boolean>;
  keep(): Promise<void>;
  /** Runs the save that turns the draft into a record: nothing is kept meanwhile, or the dropped draft would come back.
   *  A save that fails, or answers false, leaves the form open and its draft kept. */
  closing<R>(save: () => Promise<R>): Promise<R>;
}

/** The form's value, from its draft where one is left, else from `initial`. */
export function useAutosave<T extends object>(key: string, initial: () => T): Autosave<T> {
  const core = useCore();
  const left = core.draft(key) as T | undefined;
  const value = reactive({ ...initial(), ...left }) as T;
  const touched = ref(left !== undefined);
  const keptAtMs = ref<number | undefined>();
  const fault = shallowRef<Problem | undefined>();
  let dirty = false;
  let over = false;
  let cancel: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  const keep = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    if (!dirty || over || core.phase() !== "open") return writing;
    dirty = false;
    const copy = JSON.parse(JSON.stringify(toRaw(value))) as T;
    writing = writing.then(() => core.saveDraft(key, copy)).then(
      () => {
        keptAtMs.value = now();
        fault.value = undefined;
      },
      (thrown: unknown) => {
        dirty = true;
        fault.value = problemOf(thrown);
      },
    );
    return writing;
  };

  watch(
    value,
    () => {
      dirty = true;
      touched.value = true;
      if (!cancel && !over) cancel = useBrowser().repeat(() => void keep(), PAUSE_MS);
    },
    { deep: true },
  );
  beforeLeaving(keep);
  onScopeDispose(() => void keep());
  const reopen = (): void => {
    over = false;
    dirty = true;
    void keep();
  };
  const closing = async <R>(save: () => Promise<R>): Promise<R> => {
    await keep();
    over = true;
    cancel?.();
    cancel = undefined;
    try {
      const answer = await save();
      if (answer === false) reopen();
      return answer;
    } catch (thrown) {
      reopen();
      throw thrown;
    }
  };
  return { value, keptAtMs, fault, touched, keep, closing };
}
