/** A round on a screen of its evaluator: the ballot with its code loaded, the sheet's lines, what is kept, what it is busy with. */
import { computed, type ComputedRef, type Ref, ref, shallowRef, watch } from "vue";
import type { Ballot, Doing } from "../../ballot.ts";
import { live, problemOf, useCore } from "../../client.ts";
import type { Problem, View } from "../../contract.ts";
import { type Held, rowsOf, type SheetRow } from "../../domain/ballot/held.ts";
import { type Stand, standOf } from "../../domain/ballot/stand.ts";

export interface RoundHere {
  view: ComputedRef<View | undefined>;
  held: ComputedRef<Held | undefined>;
  stand: ComputedRef<Stand>;
  doing: ComputedRef<Doing>;
  rows: Ref<SheetRow[]>;
  /** The four words, and the hash they stand for; empty until they are computed. */
  words: Ref<string>;
  fault: Ref<Problem | undefined>;
  ballot: Ref<Ballot | undefined>;
  /** Runs something with the ballot; what goes wrong stands in `fault`. Resolves to whether it went well. */
  act(work: (ballot: Ballot) => Promise<unknown>): Promise<boolean>;
}

export function useRound(id: string): RoundHere {
  const core = useCore();
  const view = live((now) => now.get(id));
  const held = live((now) => now.held(id));
  const ballot = shallowRef<Ballot>();
  const fault = shallowRef<Problem>();
  const rows = shallowRef<SheetRow[]>([]);
  const words = ref("");
  const hash = ref("");
  const doing = live(() => ballot.value?.doing(id) ?? {});

  async function read(): Promise<void> {
    if (!view.value?.fields.manifest) return;
    await act(async (open) => {
      const about = await open.round(id);
      rows.value = rowsOf(about.manifest, about.recusals);
      words.value = about.words;
      hash.value = about.hash;
    });
  }

  async function act(work: (open: Ballot) => Promise<unknown>): Promise<boolean> {
    try {
      ballot.value = await core.ballot();
      await work(ballot.value);
      fault.value = undefined;
      return true;
    } catch (thrown) {
      fault.value = problemOf(thrown);
      return false;
    }
  }

  const about = live((now) => {
    const { manifest, meeting_id } = now.get(id)?.fields ?? {};
    const roll = now.list("roll_entry").find(({ fields }) => fields.meeting_id === meeting_id);
    return `${String(manifest)}${String(roll?.fields.group)}${String(roll?.fields.recusals)}`;
  });
  watch(about, () => void read(), { immediate: true });
  const stand = computed(() => standOf(held.value, String(view.value?.fields.state ?? ""), hash.value));
  return { view, held, stand, doing, rows, words, fault, ballot, act };
}
