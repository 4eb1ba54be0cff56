import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import type { ComponentProps } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { DEFAULT_LIMITS } from "@/lib/queries/config";
import { renderClient } from "@/testing/render";
import { OWN_ID, sampleMessage, sampleUser } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import { Composer } from "./composer";

startTestServer();
beforeEach(() => {
  localStorage.clear();
  server.use(http.get("*/v1/config", () => HttpResponse.json({ limits: DEFAULT_LIMITS })));
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:preview");
  vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
});

function open(change: Partial<ComponentProps<typeof Composer>> = {}) {
  const calls = { onSend: vi.fn(), onSave: vi.fn(), onCancel: vi.fn(), onEditLast: vi.fn(), onTyping: vi.fn() };
  const who = { conversationId: "c1", ownUserId: OWN_ID, name: "Ben", people: [sampleUser()] };
  const { user } = renderClient(<Composer {...who} {...calls} {...change} />);
  return { user, ...calls, field: screen.getByRole("textbox", { name: "Message to Ben" }) };
}

it("sends on Enter, makes a line on Shift+Enter, and empties itself", async () => {
  const { user, onSend, field } = open();
  await user.type(field, "one{Shift>}{Enter}{/Shift}two{Enter}");
  expect(onSend.mock.calls).toEqual([[{ body: "one\ntwo" }]]);
  expect(field).toHaveValue("");
});

it("does not send white space", async () => {
  const { user, onSend, field } = open();
  await user.type(field, "   {Enter}");
  expect(screen.getByRole("button", { name: "Send" })).toBeDisabled();
  expect(onSend).not.toHaveBeenCalled();
});

it("keeps what was not sent as a draft of its conversation and account", async () => {
  const { user, field } = open();
  await user.type(field, "half a thought");
  expect(JSON.parse(localStorage.getItem(`pulse.drafts.${OWN_ID}`) ?? "")).toEqual({ c1: "half a thought" });
  await user.clear(field);
  expect(localStorage.getItem(`pulse.drafts.${OWN_ID}`)).toBeNull();
});

it("says when a message is too long, and does not send it", async () => {
  const { user, onSend, field } = open();
  await user.click(field);
  await user.paste("x".repeat(4001));
  expect(screen.getByRole("status")).toHaveTextContent("1 character too many");
  await user.keyboard("{Enter}");
  expect(onSend).not.toHaveBeenCalled();
});

it("completes a mention by Enter, which then does not send", async () => {
  const { user, onSend, field } = open();
  await user.type(field, "hi @be");
  expect(screen.getByRole("option", { name: /Ben/ })).toHaveAttribute("aria-selected", "true");
  await user.keyboard("{Enter}");
  expect(field).toHaveValue("hi @ben ");
  expect(onSend).not.toHaveBeenCalled();
});

it("answers a message, and leaves the answer by Escape", async () => {
  const replyTo = sampleMessage(7);
  const { user, onSend, onCancel, field } = open({ replyTo });
  await user.type(field, "yes{Enter}");
  expect(onSend.mock.calls[0]?.[0]).toMatchObject({ body: "yes", replyTo: { id: replyTo.id, seq: 7 } });
  await user.keyboard("{Escape}");
  expect(onCancel).toHaveBeenCalledTimes(2);
});

it("edits a message without touching the draft", async () => {
  const editing = sampleMessage(7, { body: "old" });
  const { user, onSave, field } = open({ editing });
  expect(field).toHaveValue("old");
  await user.type(field, "er{Enter}");
  expect(onSave).toHaveBeenCalledWith(editing, "older");
  expect(localStorage.getItem(`pulse.drafts.${OWN_ID}`)).toBeNull();
});

it("asks for the last own message by Arrow Up in an empty field", async () => {
  const { user, onEditLast, field } = open();
  await user.type(field, "{ArrowUp}");
  expect(onEditLast).toHaveBeenCalledOnce();
});

it("takes files by button and by paste, shows them, and sends them along", async () => {
  const { user, onSend, field } = open();
  const picture = new File(["x"], "a.png", { type: "image/png" });
  await user.upload(screen.getByLabelText("Attach files", { selector: "input" }), [picture, new File([], "empty.txt")]);
  expect(await screen.findByRole("img", { name: "Picture a.png" })).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Remove a.png" }));
  expect(screen.getByRole("button", { name: "Send" })).toBeDisabled();
  await user.upload(screen.getByLabelText("Attach files", { selector: "input" }), picture);
  await user.type(field, "{Enter}");
  expect(onSend.mock.calls).toEqual([[{ body: "", files: [picture] }]]);
});

const TADA = [{ emoji: "🎉", names: ["tada"], tags: ["party"] }];

it("completes an emoji by its name, by Enter or the second colon", async () => {
  server.use(http.get("*/emoji/en/names.json", () => HttpResponse.json(TADA)));
  const { user, onSend, field } = open();
  await user.type(field, "well :par");
  expect(await screen.findByRole("option", { name: "🎉 :tada:" })).toBeVisible();
  await user.keyboard("{Enter}");
  expect(field).toHaveValue("well 🎉 ");
  await user.type(field, ":tada:!");
  expect(field).toHaveValue("well 🎉 🎉!");
  expect(onSend).not.toHaveBeenCalled();
});

it("marks what is selected by a key, and sends it so", async () => {
  const { user, onSend, field } = open();
  await user.type(field, "very");
  await user.tripleClick(field);
  await user.keyboard("{Control>}b{/Control}");
  expect(field).toHaveValue("**very**");
  await user.keyboard("{Enter}");
  expect(onSend.mock.calls).toEqual([[{ body: "**very**" }]]);
});
