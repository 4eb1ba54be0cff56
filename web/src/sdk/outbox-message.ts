// What the outbox holds, and what tabs tell one another about it.
import { randomId } from "./random-id";
import type { Attachment, Message, ReplyTo } from "./types";

/** A message as it was written. */
export interface Draft {
  body: string;
  /** The message that is answered, as the answer will show it. */
  replyTo?: ReplyTo | undefined;
  /** Files that are uploaded already. */
  attachments?: readonly Attachment[] | undefined;
  /** Files that are to be uploaded on the way. */
  files?: readonly File[] | undefined;
}

/** A file that is on its way. */
export interface PendingFile {
  key: string;
  name: string;
  mediaType: string;
  size: number;
  blob: Blob;
  /** Once it is uploaded. */
  attachmentId?: string;
  /** How much of it is uploaded, 0 to 1. */
  progress: number;
}

export interface PendingMessage {
  clientId: string;
  conversationId: string;
  body: string;
  replyTo?: ReplyTo | undefined;
  attachments?: readonly Attachment[] | undefined;
  files?: readonly PendingFile[] | undefined;
  createdAt: string;
  /** Grows with each message: the order in which they were typed. */
  order?: number;
  /** `waiting` is repeated by itself; `failed` was refused and waits for the person. */
  status: "sending" | "waiting" | "failed";
  /** Code of the last failure. */
  errorCode?: string | undefined;
}

export type OutboxWord =
  | { outbox: "put"; item: PendingMessage }
  | { outbox: "remove"; clientId: string; message?: Message }
  | { outbox: "retry"; clientId: string };

export function pendingOf(clientId: string, conversationId: string, draft: Draft, order: number): PendingMessage {
  const { body, replyTo, attachments, files } = draft;
  return {
    clientId,
    conversationId,
    body,
    order,
    createdAt: new Date().toISOString(),
    status: "sending",
    ...(replyTo ? { replyTo } : {}),
    ...(attachments?.length ? { attachments } : {}),
    ...(files?.length ? { files: files.map(pendingFile) } : {}),
  };
}

function pendingFile(blob: File): PendingFile {
  return { key: randomId(), name: blob.name, mediaType: blob.type, size: blob.size, blob, progress: 0 };
}
