// Where somebody wanted to go before they had to sign in; this tab alone remembers it, also on the way through an
// outside provider.

const KEY = "pulse.next";
const HOME = "/";

export function rememberNext(address: string): void {
  if (address === HOME) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, address);
}

export function forgetNext(): void {
  sessionStorage.removeItem(KEY);
}

/** The address that was remembered, or the first page; it is forgotten once it has been reached. */
export const nextAddress = (): string => sessionStorage.getItem(KEY) ?? HOME;
