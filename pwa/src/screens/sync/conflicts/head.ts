/** Who wrote the record's own version: the server's history knows; without a network the screen goes without it. */
import { onMounted, type Ref, ref } from "vue";
import { useCore } from "../../../client.ts";
import type { View } from "../../../contract.ts";
import { flat } from "../../../domain/kinds.ts";
import { type Deed, originWords } from "../history/deeds.ts";

/** The last deed that put a value into the field; over deleting, the last that deleted or restored. */
export function lastWriter(kind: string, field: string, deeds: Deed[]): Deed | undefined {
  const wrote = (deed: Deed): boolean => {
    if (deed.outcome !== "applied" && deed.outcome !== "merged") return false;
    if (field === "deleted" && (deed.action === "delete" || deed.action === "restore")) return true;
    return (field.split("/")[0] ?? "") in flat(kind, deed.fields);
  };
  return [...deeds].reverse().find(wrote);
}

export function useHeadOrigin(conflict: View): Ref<string> {
  const core = useCore();
  const origin = ref("");
  onMounted(async () => {
    if (!core.sync().online) return;
    const { record, record_kind, field } = conflict.fields;
    const told = await core.api("GET", `/sync/v1/records/${String(record)}/history`).catch(() => undefined);
    const deed = lastWriter(String(record_kind), String(field), (told as { entries?: Deed[] } | undefined)?.entries ?? []);
    if (deed) origin.value = originWords(core, deed);
  });
  return origin;
}
