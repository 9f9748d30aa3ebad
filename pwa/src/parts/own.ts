/** What this phone itself wrote of a record, put together from its own changes. */
import type { Core, Fields } from "../contract.ts";

export function fieldsKnown(core: Core, id: string): Fields {
  const written = core.history(id).filter((item) => item.action === "create" || item.action === "patch");
  return Object.assign({}, ...written.map((item) => item.fields)) as Fields;
}
