// What the parts of an open conversation share: who is in it, what may be done, and how to do it.
import { createContext, use } from "react";
import type { Conversation, Message, Receipt, UserLite } from "@/sdk/types";
import type { MessageRow } from "../model/timeline";

export interface ChatScene {
  ownUserId: string;
  kind: Conversation["kind"];
  /** The marks of everybody else; empty where none are kept. */
  others: readonly Receipt[];
  /** Whether one may write, react and edit here now. */
  writable: boolean;
  /** Whether one may delete what others wrote. */
  canModerate: boolean;
  personOf: (userId: string) => UserLite | undefined;
  personNamed: (username: string) => UserLite | undefined;
}

/** What a menu or picker opens at: an element, or a point on the screen. */
export type Anchor = Element | { getBoundingClientRect: () => DOMRect };

export type Overlay =
  | { kind: "menu"; row: MessageRow; anchor: Anchor }
  | { kind: "emoji"; message: Message; anchor: Anchor }
  | { kind: "delete" | "info" | "edits" | "report"; message: Message }
  | { kind: "viewer"; attachmentId: string }
  | { kind: "date" };

export interface ChatActions {
  reply: (message: Message) => void;
  edit: (message: Message) => void;
  toggleReaction: (message: Message, emoji: string) => void;
  copy: (row: MessageRow) => void;
  jumpTo: (seq: number) => void;
  /** The message at this place, if it is loaded. */
  messageAt: (seq: number) => Message | undefined;
  retry: (clientId: string) => void;
  discard: (clientId: string) => void;
  /** Opens a menu, picker or dialog in place of the one that is open. */
  open: (overlay: Overlay) => void;
}

export const SceneContext = createContext<ChatScene | undefined>(undefined);
export const ActionsContext = createContext<ChatActions | undefined>(undefined);

export function useScene(): ChatScene {
  const scene = use(SceneContext);
  if (!scene) throw new Error("useScene needs a SceneContext around it");
  return scene;
}

export function useActions(): ChatActions {
  const actions = use(ActionsContext);
  if (!actions) throw new Error("useActions needs an ActionsContext around it");
  return actions;
}

/** What may be done with a message, here and by this person. */
export function permissionsOf(row: MessageRow, scene: ChatScene) {
  const here = row.state === "sent" && row.message !== undefined;
  return {
    react: here && scene.writable,
    reply: here && scene.writable,
    edit: here && scene.writable && row.own,
    copy: row.body !== "" && row.state !== "system",
    info: here && row.own,
    history: here && row.message?.edited_at != null,
    report: here && !row.own && row.message?.sender != null,
    delete: here && (row.own || scene.canModerate),
  };
}
