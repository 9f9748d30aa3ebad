/** An invitation becomes a replica. The code is spent by this request and by nothing before it; a lost answer is asked for again. */
import type { Enrolment, Ports } from "../contract.ts";
import { SCHEMA_VERSION } from "../domain/kinds.ts";
import type { Transport } from "./transport.ts";
import type { Enrolled } from "./wire.ts";

/** Raises: invitation-invalid, too-many-tries, sign-in-refused, passkey-refused, no-passkeys-here, too-many-requests, no-network */
export async function redeem(transport: Transport, input: Enrolment & { enrolment: string }): Promise<Enrolled> {
  const { code, login, password, passkey, label, platform, enrolment } = input;
  const install = { label, platform, enrolment, schema_version: SCHEMA_VERSION };
  const [path, proof] =
    code !== undefined
      ? ["/auth/v1/replicas", { invitation_code: code }]
      : passkey
        ? ["/auth/v1/desks/passkey", { passkey }]
        : ["/auth/v1/desks", { login, password }];
  return (await transport.call({ method: "POST", path, body: { ...proof, ...install } })).body as Enrolled;
}

/** Server time minus device time, from one answer; half the way is taken as the way there. */
export function offsetOf(ports: Pick<Ports, "now">, before: number, serverTime_ms: number): number {
  return serverTime_ms - Math.round((before + ports.now()) / 2);
}
