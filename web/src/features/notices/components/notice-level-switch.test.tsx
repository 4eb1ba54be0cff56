import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { noticeLevel } from "@/lib/notice-level";
import { renderClient } from "@/testing/render";
import { sampleConversation } from "@/testing/samples";
import { NoticeLevelSwitch } from "./notice-level-switch";

test("the choice of a group is kept on this device", async () => {
  const group = sampleConversation({ kind: "group" });
  renderClient(<NoticeLevelSwitch conversation={group} />);
  await userEvent.click(screen.getByRole("switch", { name: "Mentions only" }));
  expect(noticeLevel(group, "all")).toBe("mentions");
  await userEvent.click(screen.getByRole("switch", { name: "Mentions only" }));
  expect(noticeLevel(group, "mentions")).toBe("all");
});
