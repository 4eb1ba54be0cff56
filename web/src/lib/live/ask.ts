// One way to ask for a change: over the socket, or by REST when there is none to ask or it did not answer. The repeat is
// safe: all that is asked in this way has the same effect twice.
import { toApiError } from "@/sdk/api-error";
import type { Connection } from "@/sdk/connection";

export async function ask<T>(socket: Connection, type: string, data: object, byRest: () => Promise<T>): Promise<T> {
  try {
    return await socket.request<T>(type, data);
  } catch (cause) {
    if (!["network", "timeout"].includes(toApiError(cause).code)) throw cause;
  }
  return byRest();
}
