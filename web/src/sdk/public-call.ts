// Calls that need no access token: the way in, and what a link in a mail does.
import { errorFromProblem, networkError } from "./api-error";

/** POSTs JSON with the cookies of this site. Gives the body of the answer, `undefined` when it has none. */
export async function postPublic<T>(url: string, body: object, token?: string): Promise<T> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  return call<T>(url, { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" });
}

export async function getPublic<T>(url: string, signal: AbortSignal): Promise<T> {
  return call<T>(url, { signal });
}

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw networkError();
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw errorFromProblem(response, answer);
  return answer as T;
}
