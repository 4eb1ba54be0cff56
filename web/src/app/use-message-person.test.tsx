import { useLocation } from "@tanstack/react-router";
import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { Toasts } from "@/components/toast";
import { renderClient } from "@/testing/render";
import { Routed } from "@/testing/routed";
import { PEER_ID, sampleConversation, sampleUser } from "@/testing/samples";
import { problem, server, startTestServer } from "@/testing/server";
import { texts } from "@/texts/texts";
import { useMessagePerson } from "./use-message-person";

startTestServer();
beforeEach(() => void vi.spyOn(window, "scrollTo").mockReturnValue());

function Message() {
  const message = useMessagePerson();
  return (
    <>
      <output>{useLocation().pathname}</output>
      <button type="button" onClick={() => message(sampleUser())}>
        Message
      </button>
      <Toasts />
    </>
  );
}

async function choose(answer: () => Response) {
  server.use(http.post("*/v1/conversations", answer));
  const { user } = renderClient(
    <Routed>
      <Message />
    </Routed>,
  );
  await user.click(await screen.findByRole("button", { name: "Message" }));
}

it("opens the conversation", async () => {
  const conversation = sampleConversation();
  await choose(() => HttpResponse.json(conversation));
  expect(await screen.findByText(`/c/${conversation.id}`)).toBeVisible();
});

it("shows whom one is not connected with, and says so", async () => {
  await choose(() => problem(403, "not_connected"));
  expect(await screen.findByText(`/people/${PEER_ID}`)).toBeVisible();
  expect(await screen.findByRole("alert")).toHaveTextContent(texts.errors.codes.not_connected ?? "-");
});

it("stays where one is when the server can't do it now, and says so", async () => {
  await choose(() => problem(503, "unavailable"));
  expect(await screen.findByRole("alert")).toHaveTextContent(texts.errors.codes.unavailable ?? "-");
  expect(screen.getByText("/")).toBeVisible();
});
