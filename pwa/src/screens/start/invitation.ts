/** An invitation code as people type it: ten Crockford characters, any case, O for 0 and I or L for 1 forgiven. */

export const CODE_LENGTH = 10;
export const LEAST_PIN = 10;

export function codeOf(typed: string): string {
  const plain = typed.normalize("NFKC").toUpperCase().replace(/[\s-]/g, "");
  return plain.replace(/O/g, "0").replace(/[IL]/g, "1");
}

/** Two groups of five, easier to compare with the printed slip. */
export function codeShown(code: string): string {
  const plain = codeOf(code);
  return plain.length > 5 ? `${plain.slice(0, 5)}-${plain.slice(5)}` : plain;
}

/** The code of a link `…/#i=CODE`; a link is only read, never spent, until somebody taps. */
export const invitedCode = (hash: string): string => /[#&]i=([0-9A-Za-z-]+)/.exec(hash)?.[1] ?? "";

export function codeFault(typed: string): string {
  return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(codeOf(typed)) ? "" : "enrol.fault-code";
}

export const pinFault = (pin: string): string => ([...pin].length >= LEAST_PIN ? "" : "enrol.fault-pin");
