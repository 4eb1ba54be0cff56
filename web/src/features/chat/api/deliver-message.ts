// One attempt to send: `message.send` on the socket, or POST .../messages when there is no socket to ask.
import { type ApiClient, unwrap } from "@/sdk/api-client";
import { toApiError } from "@/sdk/api-error";
import type { PendingMessage } from "@/sdk/outbox";
import type { SocketConnection } from "@/sdk/socket-connection";
import type { Message } from "@/sdk/types";

/** The repeat over REST is safe: both carry the same `client_id`. */
export async function deliverMessage(
  api: ApiClient,
  socket: SocketConnection,
  pending: PendingMessage,
): Promise<Message> {
  const body = { client_id: pending.clientId, body: pending.body };
  const id = pending.conversationId;
  try {
    return await socket.request<Message>("message.send", { conversation_id: id, ...body });
  } catch (cause) {
    if (!["network", "timeout"].includes(toApiError(cause).code)) throw cause;
  }
  return unwrap(api.POST("/v1/conversations/{id}/messages", { params: { path: { id } }, body }));
}
