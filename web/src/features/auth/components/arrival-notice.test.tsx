import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, expect, it } from "vitest";
import { renderClient } from "@/testing/render";
import { server, startTestServer } from "@/testing/server";
import { ArrivalNotice } from "./arrival-notice";

startTestServer();
afterEach(() => window.history.replaceState(null, "", "/"));

function arriveWith(fragment: string) {
  window.history.replaceState(null, "", `/#${fragment}`);
  return renderClient(<ArrivalNotice />);
}

it("says nothing to somebody who comes from nowhere", () => {
  renderClient(<ArrivalNotice />);
  expect(screen.queryByRole("region")).not.toBeInTheDocument();
});

it("tells by its name what was linked, until it is closed", async () => {
  const items = [{ id: "acme", name: "Acme", start_url: "http://localhost:3000/v1/auth/oauth/acme/start" }];
  server.use(http.get("*/v1/auth/providers", () => HttpResponse.json({ items })));
  const { user } = arriveWith("linked=acme");
  expect(await screen.findByText("Acme is linked. From now on you can sign in with it.")).toBeVisible();
  expect(window.location.hash).toBe("");
  await user.click(screen.getByRole("button", { name: "Close this note" }));
  expect(screen.queryByRole("region")).not.toBeInTheDocument();
});

it("explains why linking failed", () => {
  arriveWith("error=conflict");
  expect(screen.getByRole("alert")).toHaveTextContent("already linked to another PulseChat account");
});
