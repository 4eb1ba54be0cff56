// How high a row will be, before it is drawn: as high as the last one that looked like it. A guess that holds spares the
// list moving all others, and what is read stays where it is.
import { isEmojiOnly } from "./emoji-only";
import type { MessageRow } from "./timeline";

const FIRST_GUESS_PX = 52;
/** Longer ones are no emoji alone. */
const EMOJI_LENGTH = 36;
/** So many characters more or fewer rarely make another line. */
const LENGTH_STEP = 8;

/** What the height of a row depends on, as far as its data tell. */
function shapeOf({ body, first, message, newDay, newMark, own, pending, state }: MessageRow): string {
  const above = `${first ? "f" : ""}${newDay ? "d" : ""}${newMark ? "n" : ""}`;
  const parts = [
    state,
    own ? "own" : "",
    above,
    message?.reply_to || pending?.replyTo ? "reply" : "",
    (message?.attachments ?? pending?.files ?? []).length,
    message?.reactions.length ? "reactions" : "",
    body.length <= EMOJI_LENGTH && isEmojiOnly(body) ? "emoji" : body.split("\n").length,
    Math.ceil(body.length / LENGTH_STEP),
  ];
  return parts.join();
}

export class RowHeights {
  private readonly seen = new Map<string, number>();
  private readonly shapes = new WeakMap<MessageRow, string>();

  /** In pixels. */
  guess(row: MessageRow): number {
    return this.seen.get(this.shapeOf(row)) ?? FIRST_GUESS_PX;
  }

  learn(row: MessageRow, px: number): void {
    this.seen.set(this.shapeOf(row), px);
  }

  private shapeOf(row: MessageRow): string {
    const known = this.shapes.get(row);
    if (known !== undefined) return known;
    const shape = shapeOf(row);
    this.shapes.set(row, shape);
    return shape;
  }
}
