// One attempt to send: `message.send` on the socket, or POST .../messages when there is no socket to ask.
import { type ApiClient, unwrap } from "@/sdk/api-client";
import { toApiError } from "@/sdk/api-error";
import type { Connection } from "@/sdk/connection";
import type { PendingMessage } from "@/sdk/outbox";
import type { Message } from "@/sdk/types";

/** The repeat over REST is safe: both carry the same `client_id`. */
export async function deliverMessage(api: ApiClient, socket: Connection, pending: PendingMessage): Promise<Message> {
  const { clientId: client_id, replyTo, attachments } = pending;
  const body = {
    client_id,
    body: pending.body,
    ...(replyTo ? { reply_to: replyTo.id } : {}),
    ...(attachments?.length ? { attachment_ids: attachments.map(({ id }) => id) } : {}),
  };
  const id = pending.conversationId;
  try {
    return await socket.request<Message>("message.send", { conversation_id: id, ...body });
  } catch (cause) {
    if (!["network", "timeout"].includes(toApiError(cause).code)) throw cause;
  }
  return unwrap(api.POST("/v1/conversations/{id}/messages", { params: { path: { id } }, body }));
}
