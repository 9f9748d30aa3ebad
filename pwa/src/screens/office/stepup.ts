/** What cannot be taken back waits until its person has proved who he is, and is then done once. */
import { ref, type Ref } from "vue";
import { problemOf } from "../../client.ts";

export interface StepUp {
  /** What is asked for: nothing, the password, a passkey (there is no password), or a first password. */
  asked: Ref<"" | "password" | "passkey" | "set-password">;
  /** A passkey will do, too. */
  passkey: Ref<boolean>;
  /** The result of the work; undefined where its person gave up. */
  run<T>(work: () => Promise<T>): Promise<T | undefined>;
  proved(): void;
  giveUp(): void;
}

export function useStepUp(): StepUp {
  const asked: StepUp["asked"] = ref("");
  const passkey = ref(false);
  let go: ((on: boolean) => void) | undefined;

  function answer(on: boolean): void {
    asked.value = "";
    go?.(on);
    go = undefined;
  }

  async function run<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      const { slug, how, passkey: willDo } = problemOf(thrown);
      if (slug !== "step-up-needed") throw thrown;
      const on = await new Promise<boolean>((resolve) => {
        go = resolve;
        asked.value = how ?? "password";
        passkey.value = willDo === true;
      });
      return on ? await work() : undefined;
    }
  }
  return { asked, passkey, run, proved: () => answer(true), giveUp: () => answer(false) };
}
