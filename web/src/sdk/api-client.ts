// The typed REST clients. The one for people who are signed in adds the access token, renews it once when it has expired, and turns every failure into an
// `ApiError`.
import createClient from "openapi-fetch";
import { errorFromProblem, networkError } from "./api-error";
import type { paths } from "./schema";
import type { SessionStore } from "./session-store";

export type ApiClient = ReturnType<typeof createApiClient>;

export function createApiClient(baseUrl: string, session: Pick<SessionStore, "accessToken" | "renew" | "clear">) {
  async function authorised(request: Request): Promise<Response> {
    const repeat = request.clone();
    const response = await send(request, await session.accessToken());
    if (response.status !== 401) return response;
    const problem: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const { code } = errorFromProblem(response, problem);
    if (code === "session_revoked") session.clear("ended");
    if (code !== "token_expired") return response;
    return send(repeat, await session.renew());
  }
  return createClient<paths>({ baseUrl, fetch: authorised });
}

/** The same for what is public: calls go out without a token, so nobody need be signed in. */
export function createPublicClient(baseUrl: string): ApiClient {
  return createClient<paths>({ baseUrl, fetch: send });
}

async function send(request: Request, token?: string): Promise<Response> {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  return fetch(request).catch((cause: unknown) => {
    if (request.signal.aborted) throw cause;
    throw networkError();
  });
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer; throws `ApiError` for every other. */
export async function unwrap<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw errorFromProblem(response, error);
  return data as T;
}
