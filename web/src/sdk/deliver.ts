// One attempt to send: `message.send` on the socket, or POST .../messages when there is no socket to ask.
import { type ApiClient, unwrap } from "./api-client";
import { toApiError } from "./api-error";
import type { Connection } from "./connection";
import type { PendingMessage } from "./outbox-message";
import type { Message } from "./types";

/** The repeat over REST is safe: both carry the same `client_id`. */
export async function deliverMessage(
  api: ApiClient,
  connection: Connection,
  pending: PendingMessage,
): Promise<Message> {
  const { conversationId: id, clientId: client_id, replyTo, attachments = [], files = [] } = pending;
  const uploaded = files.flatMap(({ attachmentId }) => attachmentId ?? []);
  const attachment_ids = [...attachments.map((attachment) => attachment.id), ...uploaded];
  const body = {
    client_id,
    body: pending.body,
    ...(replyTo ? { reply_to: replyTo.id } : {}),
    ...(attachment_ids.length > 0 ? { attachment_ids } : {}),
  };
  try {
    return await connection.request<Message>("message.send", { conversation_id: id, ...body });
  } catch (cause) {
    if (!["network", "timeout"].includes(toApiError(cause).code)) throw cause;
  }
  return unwrap(api.POST("/v1/conversations/{id}/messages", { params: { path: { id } }, body }));
}
