// The text of a message as React elements: the Markdown subset, mentions, and the places that a search has found. What
// a message says never becomes HTML.
import { Link } from "@tanstack/react-router";
import type { Root, RootContent } from "mdast";
import { Fragment, type ReactNode } from "react";
import { texts } from "@/texts/texts";
import { parseMessage, safeUrl } from "../model/markdown";
import { mentionsIn } from "../model/mentions";
import { type ChatScene, useScene } from "./chat-scene";
import styles from "./message-text.module.css";

export interface Highlight {
  start: number;
  end: number;
}

interface Props {
  body: string;
  highlights?: readonly Highlight[] | undefined;
  /** What stands at the end of the last line. */
  tail?: ReactNode;
}

interface Drawing {
  body: string;
  highlights: readonly Highlight[];
  scene: ChatScene;
}

const NONE: readonly Highlight[] = [];

export function MessageText({ body, highlights = NONE, tail }: Props) {
  const scene = useScene();
  const drawing: Drawing = { body, highlights, scene };
  const tree = parseMessage(body);
  const last = tree?.children.at(-1);
  const inLine = (!last || last.type === "paragraph") && !runsAgainstPage(body);
  return (
    <>
      {tree ? (
        tree.children.map((node) => (
          <Block key={offsetOf(node)} node={node} drawing={drawing} tail={inLine && node === last ? tail : undefined} />
        ))
      ) : (
        <p dir="auto">
          {marked(body, 0, drawing, true)}
          {inLine && tail}
        </p>
      )}
      {!inLine && tail}
    </>
  );
}

type Node = Root["children"][number] | RootContent;

function Block({ node, drawing, tail }: { node: Node; drawing: Drawing; tail?: ReactNode }): ReactNode {
  switch (node.type) {
    case "paragraph":
      return (
        <p dir="auto">
          {inline(node.children, drawing)}
          {tail}
        </p>
      );
    case "blockquote":
      return <blockquote>{blocks(node.children, drawing)}</blockquote>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre className={styles.code} tabIndex={0}>
          <code>{node.value}</code>
        </pre>
      );
    case "list": {
      const items = node.children.map((item) => <li key={offsetOf(item)}>{blocks(item.children, drawing)}</li>);
      return node.ordered ? <ol start={node.start ?? 1}>{items}</ol> : <ul>{items}</ul>;
    }
    default:
      return <p dir="auto">{inline([node], drawing)}</p>;
  }
}

const blocks = (nodes: readonly Node[], drawing: Drawing): ReactNode =>
  nodes.map((node) => <Block key={offsetOf(node)} node={node} drawing={drawing} />);

const inline = (nodes: readonly Node[], drawing: Drawing): ReactNode =>
  nodes.map((node) => <Fragment key={offsetOf(node)}>{inlineNode(node, drawing)}</Fragment>);

function inlineNode(node: Node, drawing: Drawing): ReactNode {
  switch (node.type) {
    case "text":
      return marked(node.value, offsetOf(node), drawing, lengthOf(node) === node.value.length);
    case "strong":
      return <strong>{inline(node.children, drawing)}</strong>;
    case "emphasis":
      return <em>{inline(node.children, drawing)}</em>;
    case "delete":
      return <del>{inline(node.children, drawing)}</del>;
    case "inlineCode":
      return <code className={styles.inlineCode}>{node.value}</code>;
    case "break":
      return <br />;
    case "link": {
      const address = safeUrl(node.url);
      if (!address) return drawing.body.slice(offsetOf(node), offsetOf(node) + lengthOf(node));
      return (
        <a href={address} target="_blank" rel="noreferrer noopener nofollow" title={texts.chat.message.linkTo(address)}>
          {inline(node.children, drawing)}
        </a>
      );
    }
    default:
      return drawing.body.slice(offsetOf(node), offsetOf(node) + lengthOf(node));
  }
}

/** Text with mentions and finds; `exact` when each of its characters is one of the message's, so that places fit. */
function marked(text: string, offset: number, { highlights, scene }: Drawing, exact: boolean): ReactNode {
  const finds = exact ? highlights.map(({ start, end }) => ({ start: start - offset, end: end - offset })) : [];
  const spans = [
    ...finds.map((find) => ({
      ...find,
      draw: (part: string): ReactNode => <mark className={styles.find}>{part}</mark>,
    })),
    ...mentionsIn(text).flatMap(({ start, end, username }) => {
      const person = scene.personNamed(username);
      if (!person) return [];
      const own = person.id === scene.ownUserId || undefined;
      const draw = (part: string): ReactNode => (
        <Link to="/people/$userId" params={{ userId: person.id }} className={styles.mention} data-own={own}>
          {part}
        </Link>
      );
      return [{ start, end, draw }];
    }),
  ].sort((a, b) => a.start - b.start);
  const parts: ReactNode[] = [];
  let from = 0;
  for (const { start, end, draw } of spans) {
    if (start < from || end > text.length) continue;
    parts.push(text.slice(from, start), <Fragment key={start}>{draw(text.slice(start, end))}</Fragment>);
    from = end;
  }
  return [...parts, text.slice(from)];
}

const offsetOf = (node: Node): number => node.position?.start.offset ?? 0;

const lengthOf = (node: Node): number => (node.position?.end.offset ?? 0) - offsetOf(node);

const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Whether the last line ends on the side where the lines of the page start. */
function runsAgainstPage(body: string): boolean {
  const lastLine = body.slice(body.lastIndexOf("\n\n") + 1);
  return RIGHT_TO_LEFT.test(lastLine) !== (document.documentElement.dir === "rtl") && /\p{L}/u.test(lastLine);
}
