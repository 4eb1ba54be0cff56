import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import { renderClient } from "@/testing/render";
import { PEER_ID, sampleUser } from "@/testing/samples";
import { server, startTestServer } from "@/testing/server";
import { ReportDialog } from "./report-dialog";

startTestServer();

it("sends the reason with what happened, and blocks along with it when asked to", async () => {
  const reported = vi.fn();
  const blocked = vi.fn();
  server.use(
    http.post("*/v1/reports", async ({ request }) => {
      reported(await request.json());
      return HttpResponse.json({ id: "r" }, { status: 201 });
    }),
    http.put(`*/v1/me/blocks/${PEER_ID}`, () => {
      blocked();
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const sent = vi.fn();
  const { user } = renderClient(<ReportDialog user={sampleUser()} onClose={() => undefined} onSent={sent} />);
  expect(screen.getByRole("button", { name: "Send report" })).toBeDisabled();
  await user.click(screen.getByRole("radio", { name: "Spam" }));
  await user.type(screen.getByRole("textbox", { name: /What happened/ }), "ten links in a row");
  await user.click(screen.getByRole("checkbox", { name: "Block Ben as well" }));
  await user.click(screen.getByRole("button", { name: "Send report" }));
  await waitFor(() => expect(sent).toHaveBeenCalled());
  expect(reported).toHaveBeenCalledWith({ user_id: PEER_ID, reason: "spam", detail: "ten links in a row" });
  expect(blocked).toHaveBeenCalledOnce();
});
