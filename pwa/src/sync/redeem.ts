/** An invitation becomes a replica. The code is spent by this request and by nothing before it; a lost answer is asked for again. */
import type { Ports } from "../contract.ts";
import { SCHEMA_VERSION } from "../domain/kinds.ts";
import type { Transport } from "./transport.ts";
import type { Enrolled } from "./wire.ts";

/** Raises: invitation-invalid, too-many-tries, no-network */
export async function redeem(transport: Transport, input: { code: string; label: string; platform: string; enrolment: string }): Promise<Enrolled> {
  const { code: invitation_code, label, platform, enrolment } = input;
  const body = { invitation_code, label, platform, enrolment, schema_version: SCHEMA_VERSION };
  return (await transport.call({ method: "POST", path: "/auth/v1/replicas", body })).body as Enrolled;
}

/** Server time minus device time, from one answer; half the way is taken as the way there. */
export function offsetOf(ports: Pick<Ports, "now">, before: number, serverTime_ms: number): number {
  return serverTime_ms - Math.round((before + ports.now()) / 2);
}
