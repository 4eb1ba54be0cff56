import { act, screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { renderClient } from "@/testing/render";
import { sampleMe } from "@/testing/samples";
import { KnownAccounts } from "./known-accounts";

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

it("lists the accounts of this browser, and says which one is signed out; that one can be removed", async () => {
  const known = (name: string, more: object) => ({
    sessionId: `session of ${name}`,
    user: { ...sampleMe(), id: name, username: name, display_name: name },
    unread: 0,
    ...more,
  });
  localStorage.setItem("pulse.accounts", JSON.stringify([known("Ada", { unread: 3 }), known("Ben", { ended: true })]));
  const { user, session, others } = renderClient(<KnownAccounts />);
  expect(screen.getByRole("button", { name: /Ada.*3 unread/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: /Ben.*Signed out/ }));
  expect(session.getState()).toEqual({ status: "signed-out", username: "Ben" });
  await act(() => user.click(screen.getByRole("button", { name: "Remove Ben from this list" })));
  expect(others.remove).toHaveBeenCalledWith("session of Ben");
  expect(screen.queryByRole("button", { name: /Remove Ada/ })).toBeNull();
});
