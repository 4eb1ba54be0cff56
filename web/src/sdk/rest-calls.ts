// The call of REST that does what a frame of a socket does.
import { type ApiClient, unwrap } from "./api-client";
import { networkError } from "./api-error";

interface FrameData {
  conversation_id: string;
  message_id: string;
  client_id: string;
  body: string;
  emoji: string;
  seq: number;
  after: number;
  since?: string;
  user_ids: string[];
  status: "online" | "away" | "dnd" | "invisible";
}

/** Rejects with `network` for what has no call, as a socket does that is not there. */
export function frameCalls(api: ApiClient): (type: string, data: object) => Promise<unknown> {
  const inChat = (id: string) => ({ params: { path: { id } } });
  const reaction = ({ message_id: id, emoji }: FrameData) => ({ params: { path: { id, emoji } } });
  const typing = (id: string, active: boolean) =>
    unwrap(api.PUT("/v1/conversations/{id}/typing", { ...inChat(id), body: { active } }));
  const calls: Record<string, (data: FrameData) => Promise<unknown>> = {
    "message.send": ({ conversation_id: id, ...body }) =>
      unwrap(api.POST("/v1/conversations/{id}/messages", { ...inChat(id), body })),
    "message.edit": ({ message_id: id, body }) =>
      unwrap(api.PATCH("/v1/messages/{id}", { ...inChat(id), body: { body } })),
    "message.delete": ({ message_id: id }) => unwrap(api.DELETE("/v1/messages/{id}", inChat(id))),
    "reaction.add": (data) => unwrap(api.PUT("/v1/messages/{id}/reactions/{emoji}", reaction(data))),
    "reaction.remove": (data) => unwrap(api.DELETE("/v1/messages/{id}/reactions/{emoji}", reaction(data))),
    "read.mark": ({ conversation_id: id, seq }) =>
      unwrap(api.PUT("/v1/conversations/{id}/read", { ...inChat(id), body: { seq } })),
    "delivered.mark": ({ conversation_id: id, seq }) =>
      unwrap(api.PUT("/v1/conversations/{id}/delivered", { ...inChat(id), body: { seq } })),
    "conversation.open": ({ conversation_id: id }) => unwrap(api.GET("/v1/conversations/{id}/receipts", inChat(id))),
    "conversation.changes": ({ conversation_id: id, after }) =>
      unwrap(api.GET("/v1/conversations/{id}/changes", { params: { path: { id }, query: { after } } })),
    sync: ({ since }) => unwrap(api.GET("/v1/sync", { params: { query: since === undefined ? {} : { since } } })),
    "typing.start": ({ conversation_id }) => typing(conversation_id, true),
    "typing.stop": ({ conversation_id }) => typing(conversation_id, false),
    "presence.set": ({ status }) => unwrap(api.PUT("/v1/me/presence", { body: { status } })),
    "presence.watch": ({ user_ids }) => unwrap(api.POST("/v1/presence/query", { body: { user_ids } })),
  };
  return async (type, data) => {
    const call = calls[type];
    if (!call) throw networkError();
    return call(data as FrameData);
  };
}
