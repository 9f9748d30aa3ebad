/** The name an enrolment gives itself before it asks, kept until the answer is on disk: a lost answer costs no invitation. */
import type { Ports } from "../contract.ts";
import type { Cellar } from "./idb.ts";

interface Enrolling {
  code: string;
  id: string;
}

/** The same code asked again has the same name, whatever happened to the page in between. */
export async function nameEnrolment(ports: Pick<Ports, "crypto">, cellar: Cellar, code: string): Promise<string> {
  return cellar.write(["meta"], async (tx) => {
    const before = await tx.get<Enrolling>("meta", "enrolling");
    if (before?.code === code) return before.id;
    const bytes = ports.crypto.getRandomValues(new Uint8Array(24));
    const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    tx.put("meta", { code, id } satisfies Enrolling, "enrolling");
    return id;
  });
}

export async function forgetEnrolment(cellar: Cellar): Promise<void> {
  await cellar.write(["meta"], (tx) => tx.delete("meta", "enrolling")).catch(() => undefined);
}
