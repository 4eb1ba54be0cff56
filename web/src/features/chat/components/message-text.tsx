// The text of a message: addresses become links, everything else stays text. Never HTML.

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;

export function MessageText({ body }: { body: string }) {
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (const match of body.matchAll(ADDRESS)) {
    parts.push(body.slice(from, match.index));
    parts.push(
      <a key={match.index} href={match[0]} target="_blank" rel="noreferrer noopener">
        {match[0]}
      </a>,
    );
    from = match.index + match[0].length;
  }
  parts.push(body.slice(from));
  return <>{parts}</>;
}

const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Emoji_Component}(?<![0-9#*])|\s){1,12}$/u;

/** One to three emoji and nothing else: shown large, without a bubble. */
export function isEmojiOnly(body: string): boolean {
  if (!EMOJI.test(body) || !/\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(body)) return false;
  const graphemes = [...new Intl.Segmenter().segment(body.replace(/\s/g, ""))];
  return graphemes.length <= 3;
}
