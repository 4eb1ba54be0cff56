import { expect, test } from "vitest";
import { setOpenedTitle, setUnreadTitle } from "./page-title";

test("the title tells what is open and what waits", () => {
  setOpenedTitle("Ben");
  expect(document.title).toBe("Ben – PulseChat");
  setUnreadTitle(3);
  expect(document.title).toBe("(3) Ben – PulseChat");
  setOpenedTitle("");
  setUnreadTitle(120);
  expect(document.title).toBe("(99+) PulseChat");
  setUnreadTitle(0);
  expect(document.title).toBe("PulseChat");
});
