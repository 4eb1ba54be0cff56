import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { renderClient } from "@/testing/render";
import { sampleConversation } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import { useMarks } from "./use-marks";

startTestServer();

const conversation = sampleConversation({ last_seq: 9 });

function Chat() {
  const { markRead } = useMarks(conversation);
  return (
    <button type="button" onClick={() => markRead(9)}>
      Read
    </button>
  );
}

/** Presses once, while the server answers the first mark with this refusal. Gives the marks that it has heard of. */
async function read(status: number, code: string): Promise<unknown[]> {
  const marks: unknown[] = [];
  server.use(
    http.put("*/v1/conversations/*/read", async ({ request }) => {
      marks.push(await request.json());
      if (marks.length === 1) return HttpResponse.json({ status, code, title: code }, { status });
      return HttpResponse.json({ read_seq: 9, delivered_seq: 9, unread_count: 0 });
    }),
  );
  const { user } = renderClient(<Chat />);
  await user.click(screen.getByRole("button", { name: "Read" }));
  await waitFor(() => expect(marks).toHaveLength(1), { timeout: 2_000 });
  return marks;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("tells a mark again that the server could not take, once", async () => {
  const marks = await read(503, "unavailable");
  await waitFor(() => expect(marks).toEqual([{ seq: 9 }, { seq: 9 }]), { timeout: 3_000 });
  await pause(1_200);
  expect(marks).toHaveLength(2);
});

it("leaves it at a refusal that would come again", async () => {
  const marks = await read(403, "forbidden");
  await pause(1_200);
  expect(marks).toHaveLength(1);
});
