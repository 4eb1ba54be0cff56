// Messages that are nothing but a few emoji are shown large, without a bubble.

const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}(?<![0-9#*])|\s){1,12}$/u;

/** One to three emoji and nothing else. */
export function isEmojiOnly(body: string): boolean {
  if (!EMOJI.test(body) || !/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(body)) return false;
  const graphemes = [...new Intl.Segmenter().segment(body.replace(/\s/g, ""))];
  return graphemes.length <= 3;
}
