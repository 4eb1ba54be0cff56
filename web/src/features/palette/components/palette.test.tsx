import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { expect, it, vi } from "vitest";
import { ranked } from "../model/rank";
import { Palette } from "./palette";

function open() {
  const chosen = vi.fn();
  const closed = vi.fn();
  const entries = ["Ben", "Settings: Profile", "Sign out"].map((label) => ({
    id: label,
    label,
    mark: null,
    onSelect: () => chosen(label),
  }));
  function Sample() {
    const [typed, setTyped] = useState("");
    const items = ranked(entries, typed);
    const groups = items.length > 0 ? [{ label: "Commands", items }] : [];
    return <Palette typed={typed} onTyped={setTyped} groups={groups} busy={false} onClose={closed} />;
  }
  render(<Sample />);
  return { user: userEvent.setup(), chosen, closed };
}

it("opens what fits best by typing and Enter alone", async () => {
  const { user, chosen, closed } = open();
  await user.type(await screen.findByRole("combobox"), "sig{Enter}");
  expect(chosen).toHaveBeenCalledWith("Sign out");
  expect(closed).toHaveBeenCalled();
});

it("moves by arrow keys", async () => {
  const { user, chosen } = open();
  await user.type(await screen.findByRole("combobox"), "{ArrowDown}{Enter}");
  expect(chosen).toHaveBeenCalledWith("Settings: Profile");
});

it("says that nothing was found, and closes on Escape", async () => {
  const { user, closed } = open();
  await user.type(await screen.findByRole("combobox"), "qqq");
  expect(screen.getByText(/Nothing found/)).toBeVisible();
  await user.keyboard("{Escape}");
  expect(closed).toHaveBeenCalled();
});
