import { act, screen } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { queryKeys } from "@/lib/query-keys";
import type { Conversation } from "@/sdk/types";
import { renderClient } from "@/testing/render";
import { CONVERSATION_ID, sampleConversation, sampleInbox, sampleMessage } from "@/testing/samples";
import { closeDesktop, showDesktop } from "../model/desktop";
import { changeDeviceSettings } from "../model/device-settings";
import { playTone } from "../model/sound";
import { Notices } from "./notices";

vi.mock("../model/desktop", () => ({ showDesktop: vi.fn(), closeDesktop: vi.fn() }));
vi.mock("../model/sound", () => ({ playTone: vi.fn() }));

const onOpen = vi.fn();

beforeEach(() => {
  vi.clearAllMocks();
  localStorage.clear();
});

/** A page that shows another conversation, looked at or not. */
async function page({ attention = true, conversation = sampleConversation() as Conversation } = {}) {
  vi.spyOn(document, "hasFocus").mockReturnValue(attention);
  const client = renderClient(<Notices openId="another" onOpen={onOpen} />);
  act(() => client.cache.setQueryData(queryKeys.inbox, sampleInbox(conversation)));
  await screen.findByRole("region", { name: "Notices" });
  const hear = (change: object = {}) =>
    act(() => client.events.tell({ type: "message.created", data: sampleMessage(1, change) }));
  return { ...client, hear };
}

const notice = () => screen.queryByRole("button", { name: /^Ben/ });

it("shows a message of another conversation, as it reads, and opens it", async () => {
  const { user, hear } = await page();
  hear({ body: "The **ferry** leaves" });
  expect(notice()).toHaveTextContent("Ben");
  expect(notice()).toHaveTextContent("The ferry leaves");
  await user.click(screen.getByRole("button", { name: "Open" }));
  expect(onOpen).toHaveBeenCalledWith(CONVERSATION_ID);
  expect(notice()).toBeNull();
});

it("shows what came while it was being loaded, once", async () => {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  const early = [{ type: "message.created" as const, data: sampleMessage(1, { body: "early" }) }];
  const { cache } = renderClient(<Notices openId="another" onOpen={onOpen} takeEarly={() => early.splice(0)} />);
  act(() => cache.setQueryData(queryKeys.inbox, sampleInbox(sampleConversation())));
  expect(await screen.findByRole("button", { name: /^Ben/ })).toHaveTextContent("early");
});

it("a later message of the same conversation takes the place of the one before", async () => {
  const { hear } = await page();
  hear({ body: "one" });
  hear({ id: "m2", seq: 2, body: "two" });
  expect(screen.getAllByRole("button", { name: /^Ben/ })).toHaveLength(1);
  expect(notice()).toHaveTextContent("two");
});

it("is answered on the spot", async () => {
  const { user, hear, outbox } = await page();
  hear();
  await user.click(screen.getByRole("button", { name: "Reply" }));
  await user.keyboard("Gladly{Enter}");
  expect(outbox.getItems()).toMatchObject([{ conversationId: CONVERSATION_ID, body: "Gladly" }]);
  expect(notice()).toBeNull();
});

it("goes when it is read on another device, and so does the notification of the desktop", async () => {
  const { hear, events } = await page();
  hear();
  const read = { conversation_id: CONVERSATION_ID, last_seq: 1, version: 1, read_seq: 1 };
  const counts = { unread_count: 0, mention_count: 0, total_unread: 0 };
  act(() => events.tell({ type: "unread.updated", data: { ...read, ...counts } }));
  expect(notice()).toBeNull();
  expect(closeDesktop).toHaveBeenCalledWith(CONVERSATION_ID);
});

it("goes when its message is deleted", async () => {
  const { hear, events } = await page();
  hear({ id: "m1" });
  const at = "2026-01-31T09:31:00.000Z";
  const data = { conversation_id: CONVERSATION_ID, message_id: "m1", seq: 1, version: 2, deleted_at: at };
  act(() => events.tell({ type: "message.deleted", data }));
  expect(notice()).toBeNull();
});

it("a page that nobody looks at tells the desktop instead", async () => {
  const { hear } = await page({ attention: false });
  hear({ body: "hello" });
  expect(notice()).toBeNull();
  expect(showDesktop).toHaveBeenCalledWith(
    expect.objectContaining({ title: "Ben", body: "hello", tag: CONVERSATION_ID, path: `/c/${CONVERSATION_ID}` }),
  );
  expect(playTone).toHaveBeenCalled();
});

it("says on the desktop only who wrote when the person wants that", async () => {
  changeDeviceSettings({ preview: false, sound: false });
  const { hear } = await page({ attention: false });
  hear({ body: "a secret" });
  expect(JSON.stringify(vi.mocked(showDesktop).mock.calls)).not.toContain("a secret");
  expect(playTone).not.toHaveBeenCalled();
});

it("nothing pops up and nothing sounds while one does not want to be disturbed", async () => {
  changeDeviceSettings({ quietUntil: Date.now() + 60_000 });
  const { hear } = await page();
  hear();
  expect(notice()).toBeNull();
  expect(playTone).not.toHaveBeenCalled();
});

it("nothing pops up on the desktop while another tab is looked at", async () => {
  localStorage.setItem("pulse.attended", String(Date.now()));
  const { hear } = await page({ attention: false });
  hear();
  expect(showDesktop).not.toHaveBeenCalled();
});
