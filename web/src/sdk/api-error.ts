// One error for everything that can go wrong with a call: a problem from the server, or no answer at all.
import type { Problem } from "./types";

/** A field of the request that the server refused, and why (`taken`, `too_short`, ...). */
export interface FieldFault {
  field: string;
  code: string;
  detail?: string | null;
}

const RETRYABLE = new Set(["network", "timeout", "unavailable", "internal", "rate_limited"]);

export class ApiError extends Error {
  override readonly name = "ApiError";

  /**
   * `status` is that of HTTP, 0 when there was no answer or the failure came over the socket. `code` is the stable
   * one of the contract, `network` or `timeout` without an answer: branch on it, never on the text.
   */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldFault[] = [],
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }

  /** Whether the same call may succeed later without anything being changed. */
  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}

/** The server could not be reached, or the answer was lost on the way. */
export function networkError(code: "network" | "timeout" = "network"): ApiError {
  return new ApiError(
    0,
    code,
    code === "timeout" ? "the server did not answer in time" : "the server can't be reached",
  );
}

/** Reads a problem document; anything else (a proxy's page, an empty body) becomes `internal` or `unavailable`. */
export function errorFromProblem(response: Response, body: unknown): ApiError {
  const problem = (typeof body === "object" && body !== null ? body : {}) as Partial<Problem>;
  const seconds = Number(response.headers.get("Retry-After"));
  return new ApiError(
    response.status,
    problem.code ?? ([502, 503, 504].includes(response.status) ? "unavailable" : "internal"),
    problem.detail ?? problem.title ?? `the server answered ${response.status}`,
    problem.errors ?? [],
    Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined,
  );
}

export function toApiError(cause: unknown): ApiError {
  return cause instanceof ApiError ? cause : networkError();
}
