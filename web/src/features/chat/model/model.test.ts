import { describe, expect, it } from "vitest";
import { OWN_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { enMore } from "@/texts/en-more";
import { isEmojiOnly } from "./emoji-only";
import { drawnSize, formatBytes, kindOf, sortFiles } from "./files";
import { parseMessage, plainText, safeUrl } from "./markdown";
import { fitting, mentionsIn } from "./mentions";
import { systemText } from "./system-text";
import { readCount, tickOf } from "./ticks";

describe("ticks", () => {
  const row = { state: "sent", message: sampleMessage(5) } as const;
  const at = (delivered_seq: number, read_seq: number) => ({ user_id: "x", delivered_seq, read_seq });

  it("say how far all of the others are", () => {
    expect(tickOf(row, [])).toBe("sent");
    expect(tickOf(row, [at(4, 4)])).toBe("sent");
    expect(tickOf(row, [at(5, 0)])).toBe("delivered");
    expect(tickOf(row, [at(5, 5), at(5, 3)])).toBe("delivered");
    expect(tickOf(row, [at(0, 6), at(9, 5)])).toBe("read");
    expect(readCount(5, [at(5, 5), at(5, 3), at(7, 7)])).toBe(2);
  });

  it("are a clock before, and none for what has none", () => {
    expect(tickOf({ state: "waiting" }, [at(9, 9)])).toBe("waiting");
    expect(tickOf({ ...row, state: "deleted" }, [at(9, 9)])).toBeUndefined();
  });
});

describe("Markdown", () => {
  const typesOf = (body: string) => parseMessage(body)?.children.map((node) => node.type);

  it("is parsed only where there is some", () => {
    expect(parseMessage("just words, 3 - 2 = 1")).toBeNull();
    expect(parseMessage("a > b")).not.toBeNull();
  });

  it("knows quotes, lists and code, and leaves headings, rules, pictures and HTML as they are", () => {
    expect(typesOf("> a\n\n- b\n\n1. c\n\n```\nd\n```")).toEqual(["blockquote", "list", "list", "code"]);
    for (const body of ["# *a*", "***\n*a*", "<b>*a*</b>", "    *a*", "[a]: /b *c*"])
      expect(typesOf(body)).toEqual(["paragraph"]);
    expect(JSON.stringify(parseMessage("![a](https://x.example/y.png)"))).not.toContain('"image"');
  });

  it("finds addresses, of the web and of mail, in the middle of a line", () => {
    const linksOf = (body: string) => JSON.stringify(parseMessage(body)).match(/"url":"[^"]+"/g);
    expect(linksOf("see https://a.example/x now")).toEqual(['"url":"https://a.example/x"']);
    expect(linksOf("see WWW.b.example now")).toEqual(['"url":"http://WWW.b.example"']);
    expect(linksOf("write to c@d.example, ~~not~~ *me*")).toEqual(['"url":"mailto:c@d.example"']);
  });

  it("has a plain form for excerpts", () => {
    expect(plainText("**bold** and `code`\n\n> quoted [link](https://a.example)")).toBe("bold and code quoted link");
    expect(plainText("cut in the **middle")).toBe("cut in the **middle");
  });

  it("follows no address but those of the web and mail", () => {
    expect(["https://a.example", "HTTP://b.example", "mailto:c@d.example"].every(safeUrl)).toBe(true);
    expect(["javascript:alert(1)", "data:text/html,x", " vbscript:x", "//a.example"].some(safeUrl)).toBe(false);
  });

  it("leaves plain what is nested deeper than anybody means", () => {
    for (const mark of [">", "> ", "- ", "* ", "1. ", "2) "]) expect(parseMessage(mark.repeat(20))).toBeNull();
    expect(typesOf("> > > - a")).toEqual(["blockquote"]);
  });
});

describe("mentions", () => {
  const people = [
    sampleUser(undefined, "1", "Ben"),
    { ...sampleUser(undefined, "2", "Mia"), display_name: "Mia Benz" },
  ];

  it("are found by name and username", () => {
    expect(fitting(people, "be").map((user) => user.id)).toEqual(["1", "2"]);
  });

  it("stand at the start of a word", () => {
    expect(mentionsIn("@ada and (@Ben.) not a@b.example").map((mention) => mention.username)).toEqual(["ada", "ben"]);
  });
});

describe("files", () => {
  const limits = { attachments_max: 2, attachment_max_bytes: 10 };
  const file = (size: number) => new File(["x".repeat(size)], `${size}.txt`);

  it("come along as far as the limits let them", () => {
    const { taken, refused } = sortFiles([file(0), file(5), file(11), file(6)], 1, limits);
    expect(taken.map((item) => item.size)).toEqual([5]);
    expect(refused.map((item) => item.fault)).toEqual(["empty", "too_large", "too_many"]);
  });

  it("have a size on the screen before they are loaded", () => {
    expect(drawnSize({ width: 3_400, height: 1_700 })).toEqual({ width: 340, height: 170 });
    expect(drawnSize({ width: 100, height: 3_600 })).toEqual({ width: 120, height: 360 });
    expect(kindOf("image/svg+xml")).toBe("file");
    expect([formatBytes(512), formatBytes(1_540_000)]).toEqual(["512 bytes", "1.5 MB"]);
  });
});

it("says in words what happened", () => {
  const ada = { ...sampleUser(), id: OWN_ID, display_name: "Ada" };
  const note = { event: "member_added", actor: ada, user: sampleUser() } as const;
  expect(systemText(note, OWN_ID)).toBe("You added Ben");
  expect(systemText({ ...note, actor: sampleUser(), user: ada }, OWN_ID)).toBe("Ben added you");
  expect(systemText({ ...note, event: "something_new" as "created" }, OWN_ID)).toBe(enMore.chat.system.other);
});

it("knows a message that is nothing but a few emoji", () => {
  expect(["🎉", "👍🏽", "👩‍👩‍👧 ❤️", "🇸🇪"].map(isEmojiOnly)).toEqual([true, true, true, true]);
  expect(["ok 👍", "1", "#", "🎉🎉🎉🎉", "* *"].map(isEmojiOnly)).toEqual([false, false, false, false, false]);
});
