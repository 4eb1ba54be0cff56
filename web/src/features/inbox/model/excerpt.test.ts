import { expect, it } from "vitest";
import type { Conversation, Message } from "@/sdk/types";
import { OWN_ID, sampleConversation, sampleMessage } from "@/testing/samples";
import { excerptOf } from "./excerpt";

const own = { id: OWN_ID, username: "ada", display_name: "Ada Holm", avatar_url: null };
const file = (name: string, media_type: string) => ({
  id: name,
  name,
  media_type,
  size: 1,
  url: "/f",
  url_expires_at: "2026-01-31T09:30:00.000Z",
});

function excerpt(change: Partial<Message> | null, kind: Conversation["kind"] = "direct") {
  const last_message = change && sampleMessage(1, change);
  return excerptOf(sampleConversation({ kind, last_message }), OWN_ID, () => "Ben renamed it");
}

it("is what was said, on one line", () => {
  expect(excerpt({ body: "one\n\n  two" })).toEqual({ text: "one two" });
});

it("names oneself, and in groups the others too", () => {
  expect(excerpt({ sender: own, body: "hi" })).toEqual({ lead: "You: ", text: "hi" });
  expect(excerpt({ body: "hi" }, "group")).toEqual({ lead: "Ben: ", text: "hi" });
});

it("tells files in words", () => {
  expect(excerpt({ body: "", attachments: [file("a.png", "image/png")] })).toMatchObject({ text: "Photo" });
  const two = [file("a.png", "image/png"), file("b.jpg", "image/jpeg")];
  expect(excerpt({ body: "", attachments: two })).toMatchObject({ text: "2 photos" });
  expect(excerpt({ body: "", attachments: [file("plan.pdf", "application/pdf")] })).toMatchObject({ text: "plan.pdf" });
  expect(excerpt({ body: "see", attachments: two })).toEqual({ text: "see", icon: "camera" });
});

it("says quietly what nobody said", () => {
  expect(excerpt(null)).toEqual({ text: "No messages yet", quiet: true });
  expect(excerpt({ deleted_at: "2026-01-31T09:30:00.000Z", body: "" })).toEqual({
    text: "Message deleted",
    quiet: true,
  });
  expect(excerpt({ kind: "system", sender: null, body: "" }, "group")).toEqual({ text: "Ben renamed it", quiet: true });
});
