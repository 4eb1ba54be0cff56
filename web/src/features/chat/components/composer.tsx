// Where a message is written: Enter sends, Shift+Enter makes a new line, what is not sent stays as a draft.
import { type FormEvent, type KeyboardEvent, type Ref, useEffect, useImperativeHandle, useMemo, useRef } from "react";
import { Icon } from "@/components/icon";
import { filesText } from "@/lib/files-text";
import { later } from "@/lib/later";
import { DEFAULT_LIMITS, useServerConfig } from "@/lib/queries/config";
import type { Draft } from "@/sdk/outbox";
import type { Message, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { plainText } from "../model/markdown";
import { markOf } from "../model/marks";
import { quoteOf, replyTitle } from "../model/reply";
import { AttachButton } from "./attach-button";
import styles from "./composer.module.css";
import { ComposerBar } from "./composer-bar";
import { EmojiButton } from "./emoji-button";
import { FilePreviews } from "./file-previews";
import { LengthLeft } from "./length-left";
import { useChosenFiles } from "./use-chosen-files";
import { useCompletion } from "./use-completion";
import { useComposerText } from "./use-composer-text";

const CompletionList = later(() => import("./completion-list").then((part) => part.CompletionList));

export interface ComposerHandle {
  focus: () => void;
  addFiles: (files: readonly File[]) => void;
}

interface Props {
  ref?: Ref<ComposerHandle>;
  conversationId: string;
  ownUserId: string;
  name: string;
  /** Who can be mentioned. */
  people: readonly UserLite[];
  replyTo?: Message | undefined;
  editing?: Message | undefined;
  onSend: (draft: Draft) => void;
  onSave: (message: Message, body: string) => void;
  /** Leaves the reply or the edit. */
  onCancel: () => void;
  /** Arrow Up in an empty field. */
  onEditLast: () => void;
  onTyping: (active: boolean) => void;
}

const FILE_LIMITS = { attachments_max: 10, attachment_max_bytes: 26_214_400 };

export function Composer(props: Props) {
  const { conversationId, ownUserId, name, people, replyTo, editing, onCancel, onTyping } = props;
  const { data: config } = useServerConfig();
  const limits = useMemo(() => ({ ...FILE_LIMITS, ...DEFAULT_LIMITS, ...config?.limits }), [config]);
  const field = useRef<HTMLTextAreaElement>(null);
  const { files, add, remove, clear: clearFiles } = useChosenFiles(limits);
  const { text, cursor, setCursor, put, place, insert, mark, clear } = useComposerText(
    field,
    ownUserId,
    conversationId,
    editing,
  );
  const completion = useCompletion(people, { text, cursor }, place);
  const body = text.trim();
  const left = limits.body_max - [...body].length;
  const ready = left >= 0 && (body !== "" || (editing ? editing.attachments.length > 0 : files.length > 0));
  const words = texts.chat.composer;

  useImperativeHandle(props.ref, () => ({ focus: () => field.current?.focus(), addFiles: add }), [add]);
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);
  const about = editing ?? replyTo;
  useEffect(() => {
    if (about) field.current?.focus();
  }, [about]);

  const send = () => {
    if (!ready) return;
    if (editing) props.onSave(editing, body);
    else
      props.onSend({
        body,
        ...(replyTo && { replyTo: quoteOf(replyTo) }),
        ...(files.length > 0 && { files: files.map(({ file }) => file) }),
      });
    clear();
    if (!editing) clearFiles();
    if (about) onCancel();
    field.current?.focus();
  };
  const cancel = () => {
    if (editing) clear();
    onCancel();
    field.current?.focus();
  };
  const pressed = (event: KeyboardEvent) => {
    if (completion.onKeyDown(event) || event.nativeEvent.isComposing) return;
    const sign = markOf(event);
    if (sign) {
      event.preventDefault();
      return mark(sign);
    }
    const byEnter = event.key === "Enter" && !event.shiftKey && !matchMedia("(hover: none)").matches;
    if (byEnter) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape" && about) {
      event.preventDefault();
      cancel();
    } else if (event.key === "ArrowUp" && text === "" && !about) {
      event.preventDefault();
      props.onEditLast();
    }
  };
  const chosen = (files: File[]) => {
    add(files);
    field.current?.focus();
  };
  const changed = (next: string, at: number) => {
    if (!completion.finish({ text: next, cursor: at })) {
      put(next);
      setCursor(at);
    }
    if (!editing) onTyping(next.trim() !== "");
  };

  return (
    <form
      className={styles.composer}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
    >
      <div className={styles.box}>
        {completion.found.length > 0 && <CompletionList list={completion} />}
        {editing ? (
          <ComposerBar
            icon="pencil"
            title={words.editing}
            excerpt={plainText(editing.body)}
            closeLabel={words.stopEditing}
            onClose={cancel}
          />
        ) : (
          replyTo && (
            <ComposerBar
              icon="reply"
              title={replyTitle(replyTo, ownUserId)}
              excerpt={plainText(replyTo.body) || filesText(replyTo.attachments).text}
              closeLabel={words.stopReplying}
              onClose={cancel}
            />
          )
        )}
        {!editing && <FilePreviews files={files} onRemove={remove} />}
        <div className={styles.row}>
          {!editing && <AttachButton onFiles={chosen} />}
          <textarea
            ref={field}
            rows={1}
            dir="auto"
            value={text}
            placeholder={words.placeholder}
            aria-label={words.label(name)}
            aria-invalid={left < 0}
            aria-autocomplete="list"
            {...completion.field}
            onChange={(event) => changed(event.target.value, event.target.selectionStart)}
            onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
            onKeyDown={pressed}
            onPaste={(event) => {
              if (event.clipboardData.files.length === 0 || editing) return;
              event.preventDefault();
              add([...event.clipboardData.files]);
            }}
          />
          <LengthLeft left={left} />
          <EmojiButton onChoose={insert} />
          <button
            type="submit"
            className={styles.send}
            disabled={!ready}
            aria-label={editing ? words.save : words.send}
            title={editing ? words.save : words.sendHint}
          >
            <Icon name={editing ? "check" : "send"} size={19} />
          </button>
        </div>
      </div>
    </form>
  );
}
