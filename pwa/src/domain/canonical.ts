/** The one text of a JSON value (RFC 8785): whoever writes the same value writes the same characters. */

/** The canonical text. Throws a RangeError for what no server could read back: half a surrogate pair, a number beyond 2^53. */
export function canonical(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object") throw new RangeError(`${typeof value} is no JSON value`);
  return `{${members(value as Record<string, unknown>).join(",")}}`;
}

/** Two values are the same if their texts are: key order is nothing, 1 and true are different. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  return canonical(one ?? null) === canonical(other ?? null);
}

/** Members by UTF-16 code units, which is how JavaScript sorts texts; an undefined member is not there. */
function members(value: Record<string, unknown>): string[] {
  return Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${text(key)}:${canonical(value[key])}`);
}

function number(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no JSON number`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new RangeError(`${value} is an integer beyond 2^53`);
  return JSON.stringify(value);
}

function text(value: string): string {
  if (LONE_SURROGATE.test(value)) throw new RangeError("the text holds half of a surrogate pair");
  return JSON.stringify(value);
}

const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:[^\uD800-\uDBFF]|^)[\uDC00-\uDFFF]/;
