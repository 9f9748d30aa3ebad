/** A problem as something that can be thrown: every expected failure of the core is one of these. */
import type { Problem } from "../contract.ts";

export class ProblemError extends Error implements Problem {
  readonly slug: string;
  readonly title: string;
  readonly status?: number;
  readonly detail?: string;
  readonly device_action?: string;
  readonly errors?: { pointer: string; detail: string }[];
  readonly retry_after_s?: number;
  readonly expected?: number;
  readonly guard?: string;
  readonly wait_s?: number;
  readonly tries_left?: number;

  constructor(problem: Problem) {
    super(problem.title);
    this.name = "ProblemError";
    this.slug = problem.slug;
    this.title = problem.title;
    Object.assign(this, problem);
  }
}

/** A problem that the phone itself finds; the screens have the words for its slug. */
export function problem(slug: string, title: string, more: Partial<Problem> = {}): ProblemError {
  return new ProblemError({ slug, title, ...more });
}

/** The plain value of whatever was thrown, fit to be shown and kept. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) {
    const { slug, title, status, detail, device_action, errors, retry_after_s, expected, wait_s, tries_left } = thrown;
    const all = { slug, title, status, detail, device_action, errors, retry_after_s, expected, wait_s, tries_left };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as Problem;
  }
  const detail = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { slug: "local-fault", title: "something on this phone failed", detail };
}
