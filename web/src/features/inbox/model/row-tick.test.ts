import { expect, it } from "vitest";
import { joinReceipts, rowTick } from "./row-tick";

const marks = (user_id: string, delivered_seq: number, read_seq: number) => ({ user_id, delivered_seq, read_seq });

it("counts as read when all have read, and as delivered when all have it", () => {
  expect(rowTick(5, [marks("b", 5, 5)])).toBe("read");
  expect(rowTick(5, [marks("b", 5, 5), marks("c", 5, 2)])).toBe("delivered");
  expect(rowTick(5, [marks("b", 5, 5), marks("c", 4, 4)])).toBe("sent");
  expect(rowTick(5, [])).toBe("sent");
});

it("takes the furthest marks of what was fetched and what was told since", () => {
  expect(joinReceipts([marks("a", 9, 9), marks("b", 3, 1)], [marks("b", 5, 0)], "a")).toEqual([marks("b", 5, 1)]);
});
