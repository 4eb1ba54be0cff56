import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { sampleUser } from "@/testing/samples";
import { Avatar } from "./avatar";

it("shows initials for a picture that can't be loaded, and the next picture", () => {
  const face = (url: string) => <Avatar user={{ ...sampleUser(), avatar_url: url }} />;
  const { container, rerender } = render(face("/v1/avatars/1"));
  fireEvent.error(screen.getByRole("presentation"));
  expect(container.querySelector("[data-initials='B']")).toBeVisible();
  rerender(face("/v1/avatars/2"));
  expect(screen.getByRole("presentation")).toHaveAttribute("src", "/v1/avatars/2");
});
