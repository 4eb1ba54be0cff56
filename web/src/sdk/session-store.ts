// Who is signed in. The access token lives in memory only; the refresh token is a cookie that scripts can't read;
// what survives a reload is the session's id.
import { ApiError, errorFromProblem, networkError, toApiError } from "./api-error";
import type { SessionState, SessionStoreOptions } from "./session-state";
import type { LoginRequest, Me, MfaChallenge, RegisterRequest, SecondFactor, Session } from "./types";

export type { SessionState };

export const SESSION_STORAGE_KEY = "pulse.session_id";
/** A token with less life than this is renewed before it is used. */
const RENEW_BEFORE_MS = 10_000;
/** How long the server may take to answer before what was kept is shown: about as long as nobody notices. */
const PATIENCE_MS = 250;

export class SessionStore {
  private state: SessionState;
  private token: { value: string; expiresAt: number } | undefined;
  private renewal: Promise<string> | undefined;
  /** When the session is over, whatever happens. */
  private endsAt = Number.POSITIVE_INFINITY;
  private readonly listeners = new Set<() => void>();
  private readonly now: () => number;

  constructor(private readonly options: SessionStoreOptions) {
    this.now = options.now ?? Date.now;
    this.state = options.storage.getItem(SESSION_STORAGE_KEY) ? { status: "restoring" } : { status: "signed-out" };
  }

  getState = (): SessionState => this.state;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async register(body: RegisterRequest): Promise<void> {
    this.accept(await this.post<Session>("register", { ...body, cookie: true }));
  }

  /** Gives `null` when the person is signed in, else what the second step needs. */
  login(body: LoginRequest): Promise<MfaChallenge | null> {
    return this.open("login", { ...body, cookie: true });
  }

  /** The second step of a sign-in. The first one said whether to use a cookie and for how long to remember. */
  async confirm(body: SecondFactor): Promise<void> {
    this.accept(await this.post<Session>("mfa", body));
  }

  /** Turns the code that an outside provider's sign-in came back with into a session; answers as `login` does. */
  exchange(body: { code: string; remember: boolean }): Promise<MfaChallenge | null> {
    return this.open("oauth/exchange", { ...body, cookie: true });
  }

  /** Takes the account's newest state, if it is still the one signed in. */
  updateUser = (user: Me): void => {
    if (this.state.status !== "signed-in" || this.state.user.id !== user.id) return;
    this.remember(this.state.sessionId, user);
    this.setState({ ...this.state, user });
  };

  /** Shows another account of the list in this tab. Never rejects: the state tells. */
  async switchTo(sessionId: string): Promise<void> {
    this.forget();
    this.options.storage.setItem(SESSION_STORAGE_KEY, sessionId);
    this.setState({ status: "restoring" });
    await this.restore();
  }

  /** Shows nobody in this tab, so that another account can sign in; the one before stays signed in. */
  leave(username?: string): void {
    this.forget();
    this.options.storage.setItem(SESSION_STORAGE_KEY, "");
    this.setState({ status: "signed-out", ...(username !== undefined && { username }) });
  }

  /**
   * Takes up the session of an earlier visit, if there is one. Without a connection the person counts as signed in by what
   * was kept, until the server can be asked. Never rejects: the state tells.
   */
  async restore(): Promise<void> {
    if (!this.options.storage.getItem(SESSION_STORAGE_KEY)) return;
    const late = setTimeout(() => void this.showKept(), PATIENCE_MS);
    await this.renew().catch(() => undefined);
    clearTimeout(late);
  }

  /** A token good for at least ten seconds. Rejects with a 401 code when the session is over, else with `network`. */
  async accessToken(): Promise<string> {
    if (this.token && this.token.expiresAt - this.now() > RENEW_BEFORE_MS) return this.token.value;
    return this.renew();
  }

  /** A new token, whatever the old one is worth. Concurrent callers share one call. */
  renew(): Promise<string> {
    const exclusive = this.options.exclusive ?? ((task) => task());
    if (this.renewal) return this.renewal;
    const sessionId = this.options.storage.getItem(SESSION_STORAGE_KEY) ?? "";
    const renewal = exclusive(() => this.refresh(), sessionId).finally(() => {
      if (this.renewal === renewal) this.renewal = undefined;
    });
    this.renewal = renewal;
    return renewal;
  }

  async logout(): Promise<void> {
    const sessionId = this.options.storage.getItem(SESSION_STORAGE_KEY);
    const token = this.token?.value;
    this.clear();
    if (sessionId) await this.post("logout", { session_id: sessionId }, token).catch(() => undefined);
  }

  /** Forgets the session without a call: the server ended it, or another tab signed out. */
  clear(reason?: "ended"): void {
    this.forget();
    const sessionId = this.options.storage.getItem(SESSION_STORAGE_KEY);
    const userId = sessionId && this.options.accounts?.drop(sessionId);
    if (userId) this.options.kept?.forget(userId, reason === "ended");
    this.options.storage.removeItem(SESSION_STORAGE_KEY);
    this.setState(reason ? { status: "signed-out", reason } : { status: "signed-out" });
  }

  private forget(): void {
    this.token = undefined;
    this.renewal = undefined;
    this.endsAt = Number.POSITIVE_INFINITY;
  }

  private async open(call: string, body: object): Promise<MfaChallenge | null> {
    const answer = await this.post<Session | MfaChallenge>(call, body);
    if ("mfa_required" in answer) return answer;
    this.accept(answer);
    return null;
  }

  private async refresh(): Promise<string> {
    const sessionId = this.options.storage.getItem(SESSION_STORAGE_KEY);
    if (!sessionId) throw new ApiError(401, "session_revoked", "nobody is signed in");
    try {
      const session = await this.post<Session>("refresh", { session_id: sessionId });
      if (this.options.storage.getItem(SESSION_STORAGE_KEY) !== sessionId)
        throw new ApiError(401, "session_revoked", "signed out meanwhile");
      return this.accept(session);
    } catch (cause) {
      const error = toApiError(cause);
      // Of a session that this tab does not show any more nothing follows here.
      if (this.options.storage.getItem(SESSION_STORAGE_KEY) !== sessionId) throw error;
      if (error.status === 401 || this.now() >= this.endsAt) this.clear("ended");
      else await this.showKept();
      if (this.state.status === "restoring") this.setState({ status: "unreachable" });
      throw error;
    }
  }

  private accept(session: Session): string {
    this.token = { value: session.access_token, expiresAt: this.now() + session.expires_in * 1000 };
    this.options.storage.setItem(SESSION_STORAGE_KEY, session.session_id);
    this.endsAt = Date.parse(session.session_expires_at);
    this.remember(session.session_id, session.user);
    this.setState({ status: "signed-in", user: session.user, sessionId: session.session_id });
    return session.access_token;
  }

  private remember(sessionId: string, user: Me): void {
    this.options.accounts?.put(sessionId, user);
    void this.options.kept?.keep({ sessionId, user, endsAt: this.endsAt });
  }

  private async showKept(): Promise<void> {
    const sessionId = this.options.storage.getItem(SESSION_STORAGE_KEY);
    if (!sessionId || this.state.status !== "restoring") return;
    const kept = await this.options.kept?.find(sessionId, this.now());
    if (!kept || this.state.status !== "restoring") return;
    if (this.options.storage.getItem(SESSION_STORAGE_KEY) !== sessionId) return;
    this.endsAt = kept.endsAt;
    this.setState({ status: "signed-in", user: kept.user, sessionId });
  }

  private async post<T>(call: string, body: object, token?: string): Promise<T> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const init: RequestInit = { method: "POST", headers, body: JSON.stringify(body), credentials: "same-origin" };
    const response = await fetch(`${this.options.baseUrl}/v1/auth/${call}`, init).catch(() => {
      throw networkError();
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw errorFromProblem(response, answer);
    return answer as T;
  }

  private setState(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
