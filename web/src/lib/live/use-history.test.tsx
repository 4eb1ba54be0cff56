import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it } from "vitest";
import { queryKeys } from "@/lib/query-keys";
import { renderClient } from "@/testing/render";
import { CONVERSATION_ID, sampleMessage } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import type { History } from "./history";
import { useHistory } from "./use-history";

startTestServer();

const LAST = 470;
const asked: string[] = [];

/** Messages 1 to 470, in pages as the server gives them. */
beforeEach(() => {
  asked.length = 0;
  server.use(
    http.get("*/v1/conversations/*/messages", ({ request }) => {
      const query = new URL(request.url).searchParams;
      const limit = Number(query.get("limit"));
      const [before, after, around] = ["before", "after", "around"].map((name) => Number(query.get(name)));
      if (before || after) asked.push(before ? `before ${before}` : `after ${after}`);
      const from = after
        ? after + 1
        : around
          ? Math.max(1, around - limit / 2)
          : Math.max(1, (before || LAST + 1) - limit);
      const to = Math.min(LAST, before ? before - 1 : from + limit - 1);
      const items = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => sampleMessage(from + index));
      return HttpResponse.json({ items, has_before: from > 1, has_after: to < LAST });
    }),
  );
});

function Chat() {
  const { query, loadOlder, loadNewer, jumpTo } = useHistory(CONVERSATION_ID, LAST, true);
  return (
    <>
      <p>{query.data ? "loaded" : "empty"}</p>
      <button type="button" onClick={() => void loadOlder(4)}>
        Older
      </button>
      <button type="button" onClick={() => void loadNewer(4)}>
        Newer
      </button>
      <button type="button" onClick={() => void jumpTo(1)}>
        First
      </button>
    </>
  );
}

async function open() {
  const { user, cache } = renderClient(<Chat />);
  await screen.findByText("loaded");
  const history = () => cache.getQueryData<History>(queryKeys.history(CONVERSATION_ID));
  const press = (name: string) => user.click(screen.getByRole("button", { name }));
  const holds = (from: number, to: number, edges: Partial<History>) =>
    waitFor(() => {
      expect(history()?.items.map(({ seq }) => seq)).toEqual(Array.from({ length: to - from + 1 }, (_, i) => from + i));
      expect(history()).toMatchObject(edges);
    });
  return { press, holds };
}

it("asks for several older pages at once, and joins them", async () => {
  const { press, holds } = await open();
  await holds(421, 470, { hasBefore: true });
  await press("Older");
  await holds(21, 470, { hasBefore: true });
  expect(asked).toEqual(["before 421", "before 321", "before 221", "before 121"]);
});

it("asks for nothing before the first message", async () => {
  const { press, holds } = await open();
  await press("Older");
  await holds(21, 470, { hasBefore: true });
  await press("Older");
  await holds(1, 470, { hasBefore: false });
  expect(asked.slice(4)).toEqual(["before 21"]);
});

it("goes straight to the first message, and on from there to the last", async () => {
  const { press, holds } = await open();
  await press("First");
  await holds(1, 50, { hasBefore: false, hasAfter: true });
  await press("Newer");
  await holds(1, 450, { hasBefore: false, hasAfter: true });
  await press("Newer");
  await holds(1, 470, { hasBefore: false, hasAfter: false });
});
