/** What the lists of several screens read together: cycles, the roster with its visits, who counts. */
import { computed, type ComputedRef, ref } from "vue";
import { live } from "../client.ts";
import type { View } from "../contract.ts";
import { currentCycle, secretaries, type VillageRow, villageRows } from "../domain/visiting.ts";

/** The cycle that a person chose to look at; none means the open one. It holds until the page is closed. */
const chosen = ref<string>();

export const chooseCycle = (id: string | undefined): void => {
  chosen.value = id;
};

export interface TownView {
  cycles: View[];
  open: View | undefined;
  cycle: View | undefined;
  rows: VillageRow[];
  visited: number;
}

/** The roster of the cycle on screen; `always` keeps to the open cycle whatever was chosen. */
export function useTown(always = false): ComputedRef<TownView> {
  const town = live((core) => ({
    cycles: core.list("cycle"),
    villages: core.list("village"),
    branches: core.list("branch"),
    people: core.list("person"),
    subjects: core.list("subject"),
    visits: core.list("visit"),
    me: core.me(),
  }));
  return computed(() => {
    const { cycles, me, ...lists } = town.value;
    const open = currentCycle(cycles);
    const cycle = (always ? undefined : cycles.find((view) => view.id === chosen.value)) ?? open;
    const rows = cycle ? villageRows(cycle.id, open?.id ?? "", lists, secretaries(lists.people, me)) : [];
    const sorted = [...cycles].sort((a, b) => Number(b.fields.year ?? 0) - Number(a.fields.year ?? 0));
    return { cycles: sorted, open, cycle, rows, visited: rows.filter((row) => row.state === "visited").length };
  });
}
