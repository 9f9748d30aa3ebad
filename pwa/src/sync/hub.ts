/** The laptop in the hall: sheets, slips and signing in go there first once its address is known; all else, and what it cannot answer, goes home. */
import type { Ports } from "../contract.ts";
import { hubAddress } from "../domain/hub.ts";

type Fetch = Ports["fetch"];

/** What a hub answers; nothing of an outbox is among it. Source: docs/decisions/0052-the-hub.md */
const BALLOT = /^\/ballots\/v1\/(?:rounds\/[^/?]+\/(?:issuances|slips|window)|meetings\/[^/?]+\/attendance\/self)(?:\?|$)/;
const GOES_HOME = /#(?:not-at-hub|round-delegated)$/;
/** Less than a slip's own patience, so that there is time to go home. */
const PATIENCE_MS = 6000;
/** After a hub that was not there, so long everything goes home at once. */
const REST_MS = 30_000;

/** A fetch that knows the way to the hub. Shape: `setTimer` as in Ports; `address` empty where there is no hub. */
export function throughHub(home: Fetch, address: () => string | null | undefined, setTimer: Ports["setTimer"]): Fetch {
  let rests = false;
  return async (input, init) => {
    const hub = hubAddress(address() ?? "");
    if (!hub || rests || typeof input !== "string" || !BALLOT.test(input)) return home(input, init);
    const answer = await atHub(home, hub + input, init, setTimer).catch(() => undefined);
    if (answer) return answer;
    rests = true;
    setTimer(() => {
      rests = false;
    }, REST_MS);
    return home(input, init);
  };
}

/** What the hub says, or nothing where it is not there, is another machine, or does not do this. */
async function atHub(home: Fetch, url: string, init: RequestInit = {}, setTimer: Ports["setTimer"]): Promise<Response | undefined> {
  const own = new AbortController();
  const stop = (): void => own.abort();
  init.signal?.addEventListener("abort", stop);
  const cancel = setTimer(stop, PATIENCE_MS);
  try {
    const answer = await home(url, { ...init, signal: own.signal });
    const told = (await answer.clone().json()) as { type?: unknown };
    return GOES_HOME.test(String(told.type)) ? undefined : answer;
  } finally {
    cancel();
    init.signal?.removeEventListener("abort", stop);
  }
}
