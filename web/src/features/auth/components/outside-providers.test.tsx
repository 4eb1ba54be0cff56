import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { renderClient } from "@/testing/render";
import { problem, server, startTestServer } from "@/testing/server";
import { OutsideProviders } from "./outside-providers";
import { rememberedChoice } from "./remembered-choice";

startTestServer();

it("leads to each provider and back to signing in, and keeps the choice to be remembered", async () => {
  const items = [
    { id: "google", name: "Google", start_url: "http://localhost:3000/v1/auth/oauth/google/start" },
    { id: "acme", name: "Acme", start_url: "http://localhost:3000/v1/auth/oauth/acme/start" },
  ];
  server.use(http.get("*/v1/auth/providers", () => HttpResponse.json({ items })));
  const { user } = renderClient(<OutsideProviders remember={() => false} />);
  const link = await screen.findByRole("link", { name: "Continue with Acme" });
  expect(link).toHaveAttribute("href", "http://localhost:3000/v1/auth/oauth/acme/start?return_to=%2Fsign-in");
  expect(screen.getByRole("link", { name: "Continue with Google" })).toBeVisible();
  expect(rememberedChoice()).toBe(true);
  link.addEventListener("click", (event) => event.preventDefault());
  await user.click(link);
  expect(rememberedChoice()).toBe(false);
});

it.each([
  ["there are none", () => HttpResponse.json({ items: [] })],
  ["they can't be asked for", () => problem(503, "unavailable")],
])("shows nothing when %s", async (_case, answer) => {
  let asked = 0;
  server.use(
    http.get("*/v1/auth/providers", () => {
      asked += 1;
      return answer();
    }),
  );
  const { cache } = renderClient(<OutsideProviders remember={() => true} />);
  await expect.poll(() => cache.isFetching()).toBe(0);
  expect(asked).toBe(1);
  expect(screen.queryByText("or")).not.toBeInTheDocument();
});
