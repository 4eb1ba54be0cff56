// What the address of an open chat says besides which one it is: the message to go to, and whether the details stand
// beside it. So a reload, a link and the way back keep both.

export interface ChatSearch {
  /** `seq` of the message to open at. */
  at?: number;
  details?: true;
}

export function readChatSearch(search: Record<string, unknown>): ChatSearch {
  const at = Number(search.at);
  return {
    ...(Number.isInteger(at) && at > 0 && { at }),
    ...(search.details === true && { details: true as const }),
  };
}
