/** Where a laptop in the hall can be: an address that somebody types in from its screen. */
/** Addresses of somebody's own network: no authority of the web signs for them, so nobody from outside can pose as one. */
const OWN_NETWORK = /^(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254|127\.\d+)\.\d+\.\d+$/;

/** The address as a browser needs it; undefined where it is none of a laptop in the hall. */
export function hubAddress(typed: string): string | undefined {
  const text = typed.trim();
  try {
    const { protocol, hostname, origin, pathname } = new URL(text.includes("://") ? text : `https://${text}`);
    return protocol === "https:" && pathname === "/" && OWN_NETWORK.test(hostname) ? origin : undefined;
  } catch {
    return undefined;
  }
}
