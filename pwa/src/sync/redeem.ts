/** An invitation becomes a replica. The code is spent by this request and by nothing before it; a lost answer is asked for again. */
import type { Enrolment, Ports } from "../contract.ts";
import { SCHEMA_VERSION } from "../domain/kinds.ts";
import type { Transport } from "./transport.ts";
import type { Enrolled } from "./wire.ts";

/** Raises: invitation-invalid, too-many-tries, sign-in-refused, too-many-requests, no-network */
export async function redeem(transport: Transport, input: Enrolment & { enrolment: string }): Promise<Enrolled> {
  const { code, login, password, label, platform, enrolment } = input;
  const install = { label, platform, enrolment, schema_version: SCHEMA_VERSION };
  const call =
    code === undefined
      ? { method: "POST", path: "/auth/v1/desks", body: { login, password, ...install } }
      : { method: "POST", path: "/auth/v1/replicas", body: { invitation_code: code, ...install } };
  return (await transport.call(call)).body as Enrolled;
}

/** Server time minus device time, from one answer; half the way is taken as the way there. */
export function offsetOf(ports: Pick<Ports, "now">, before: number, serverTime_ms: number): number {
  return serverTime_ms - Math.round((before + ports.now()) / 2);
}
