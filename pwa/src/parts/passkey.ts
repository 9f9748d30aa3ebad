/** Passkeys of this browser: whether it can have any at this address, one that is made, one that signs. */
import { problem } from "../domain/problem.ts";

/** What the server asks; bytes are base64url, as everything of a passkey on the wire. */
export interface Question {
  challenge: string;
  site: string;
  passkeys?: string[];
  user?: string;
  name?: string;
  algorithms?: number[];
  valid_ms: number;
}

/** Browsers give passkeys to a name over HTTPS and to localhost, never to a bare address. */
export const canHavePasskeys = (): boolean =>
  window.isSecureContext && "PublicKeyCredential" in window && !/^[\d.]+$|^\[/.test(window.location.hostname);

/** A new passkey with its person's consent. Raises: passkey-cancelled, passkey-known */
export async function makePasskey(question: Question): Promise<object> {
  const user = { id: bytesOf(question.user ?? ""), name: question.name ?? "", displayName: question.name ?? "" };
  const made = await asked(
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(question.challenge),
        rp: { id: question.site, name: question.name ?? "" },
        user,
        pubKeyCredParams: (question.algorithms ?? []).map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: listed(question.passkeys),
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
        attestation: "none",
        timeout: question.valid_ms,
      },
    }),
  );
  const answer = made.response as AuthenticatorAttestationResponse;
  return { credential: textOf(made.rawId), client_data: textOf(answer.clientDataJSON), attestation: textOf(answer.attestationObject) };
}

/** A passkey signs the question; without a list whichever its person picks. Raises: passkey-cancelled */
export async function signWithPasskey(question: Question): Promise<object> {
  const signed = await asked(
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(question.challenge),
        rpId: question.site,
        allowCredentials: listed(question.passkeys),
        userVerification: "required",
        timeout: question.valid_ms,
      },
    }),
  );
  const answer = signed.response as AuthenticatorAssertionResponse;
  return {
    credential: textOf(signed.rawId),
    client_data: textOf(answer.clientDataJSON),
    authenticator_data: textOf(answer.authenticatorData),
    signature: textOf(answer.signature),
    ...(answer.userHandle && { user_handle: textOf(answer.userHandle) }),
  };
}

/** A browser says little of why not: its person turned away, or took too long. */
async function asked(waiting: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const found = await waiting;
    if (found) return found as PublicKeyCredential;
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : "";
    if (name === "InvalidStateError") throw problem("passkey-known", "this authenticator has one already");
    if (name === "SecurityError") throw problem("no-passkeys-here", "not at this address");
    if (name !== "NotAllowedError" && name !== "AbortError") throw thrown;
  }
  throw problem("passkey-cancelled", "no passkey was used");
}

const listed = (ids: string[] = []): PublicKeyCredentialDescriptor[] => ids.map((id) => ({ type: "public-key", id: bytesOf(id) }));

export function textOf(bytes: ArrayBuffer): string {
  const raw = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("");
  return btoa(raw).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}
