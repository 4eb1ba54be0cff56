import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { DEFAULT_LIMITS } from "@/lib/queries/config";
import { renderClient } from "@/testing/render";
import { server, startTestServer } from "@/testing/server";
import { Composer } from "./composer";

startTestServer();
beforeEach(() => server.use(http.get("*/v1/config", () => HttpResponse.json({ limits: DEFAULT_LIMITS }))));

function open() {
  const onSend = vi.fn();
  const { user } = renderClient(<Composer conversationId="c1" peerName="Ben" onSend={onSend} />);
  return { user, onSend, field: screen.getByRole("textbox", { name: "Message to Ben" }) };
}

it("sends on Enter, makes a line on Shift+Enter, and empties itself", async () => {
  const { user, onSend, field } = open();
  await user.type(field, "one{Shift>}{Enter}{/Shift}two{Enter}");
  expect(onSend.mock.calls).toEqual([["one\ntwo"]]);
  expect(field).toHaveValue("");
});

it("does not send white space", async () => {
  const { user, onSend, field } = open();
  await user.type(field, "   {Enter}");
  expect(screen.getByRole("button", { name: "Send" })).toBeDisabled();
  expect(onSend).not.toHaveBeenCalled();
});

it("keeps what was not sent as a draft", async () => {
  sessionStorage.setItem("pulse.draft.c1", "half a thought");
  expect(open().field).toHaveValue("half a thought");
});

it("says when a message is too long, and does not send it", async () => {
  const { user, onSend, field } = open();
  await user.click(field);
  await user.paste("x".repeat(4001));
  expect(screen.getByRole("status")).toHaveTextContent("-1");
  await user.keyboard("{Enter}");
  expect(onSend).not.toHaveBeenCalled();
});
