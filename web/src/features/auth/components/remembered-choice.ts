// Whether to stay signed in, kept over a visit to an outside provider: this tab leaves the page and comes back.

const STORAGE_KEY = "pulse.outside.remember";

export function rememberChoice(remember: boolean): void {
  sessionStorage.setItem(STORAGE_KEY, String(remember));
}

/** The choice made before leaving; the form's own default when there was none. */
export function rememberedChoice(): boolean {
  return sessionStorage.getItem(STORAGE_KEY) !== "false";
}
