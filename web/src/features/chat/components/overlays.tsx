// Whatever is open above the conversation: one menu, picker or dialog at a time. What was open last stays drawn while it
// closes, so that it can fade.
import { lazy, Suspense, useRef } from "react";
import { Confirm } from "@/components/confirm";
import type { Conversation, Message } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { kindOf } from "../model/files";
import { type Overlay, useActions, useScene } from "./chat-scene";
import { DateDialog } from "./date-dialog";
import { EditsDialog } from "./edits-dialog";
import EmojiPopover from "./emoji-popover";
import { InfoDialog } from "./info-dialog";
import { MessageMenu } from "./message-menu";
import { ReportDialog } from "./report-dialog";

const ImageViewer = lazy(() => import("./image-viewer"));

interface Props {
  overlay: Overlay | undefined;
  conversation: Conversation;
  /** The messages that are loaded, for the pictures in them. */
  messages: readonly Message[];
  onClose: (closed: Overlay) => void;
  onDelete: (message: Message) => void;
  onJump: (day: Date) => Promise<void>;
}

export default function Overlays({ overlay, conversation, messages, onClose, onDelete, onJump }: Props) {
  const { ownUserId } = useScene();
  const { toggleReaction } = useActions();
  const kept = useRef<Overlay>(undefined);
  if (overlay) kept.current = overlay;
  const shown = kept.current;
  if (!shown) return null;
  const frame = { open: overlay !== undefined, onClose: () => onClose(shown) };
  switch (shown.kind) {
    case "menu":
      return <MessageMenu key={shown.row.key} row={shown.row} anchor={shown.anchor} {...frame} />;
    case "emoji": {
      const choose = (emoji: string) => {
        toggleReaction(shown.message, emoji);
        onClose(shown);
      };
      return <EmojiPopover key={shown.message.id} anchor={shown.anchor} onChoose={choose} {...frame} />;
    }
    case "delete": {
      const { message } = shown;
      const words = texts.chat.deleting;
      const own = message.sender?.id === ownUserId;
      return (
        <Confirm
          {...frame}
          title={words.title}
          explain={own ? words.own : words.others(message.sender?.display_name ?? texts.chat.someone)}
          confirm={texts.common.delete}
          danger
          onConfirm={() => {
            onDelete(message);
            onClose(shown);
          }}
        />
      );
    }
    case "info":
      return <InfoDialog message={shown.message} {...frame} />;
    case "edits":
      return <EditsDialog message={shown.message} {...frame} />;
    case "report":
      return <ReportDialog key={shown.message.id} message={shown.message} {...frame} />;
    case "date":
      return <DateDialog since={conversation.created_at} onJump={onJump} {...frame} />;
    case "viewer": {
      const pictures = messages
        .flatMap((message) => message.attachments)
        .filter((file) => kindOf(file.media_type) === "image");
      return (
        <Suspense>
          <ImageViewer key={shown.attachmentId} pictures={pictures} startId={shown.attachmentId} {...frame} />
        </Suspense>
      );
    }
  }
}
