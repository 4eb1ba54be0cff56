import { expect, it, vi } from "vitest";
import { Outbox } from "./outbox";
import { memoryOutboxStore } from "./outbox-store";
import type { Upload } from "./outbox-uploads";
import type { Attachment, Message } from "./types";

function open(upload: Upload) {
  const deliver = vi.fn(async ({ body }: { body: string }) => ({ body }) as Message);
  const outbox = new Outbox({ store: memoryOutboxStore(), deliver, upload, onSent: () => undefined });
  outbox.start();
  const said = () => deliver.mock.calls.map(([{ body }]) => body);
  return { outbox, said };
}

const draft = { body: "look at this", files: [new File(["1"], "a.png"), new File(["2"], "b.png")] };

it("what is discarded while its files are on their way is never sent, and holds nothing up", async () => {
  const upload = vi.fn<Upload>(
    (_file, _onProgress, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  const { outbox, said } = open(upload);
  outbox.send("c", draft);
  outbox.send("c", "and another thing");
  await vi.waitFor(() => expect(upload).toHaveBeenCalledOnce());
  outbox.discard(outbox.getItems()[0]?.clientId ?? "");
  await vi.waitFor(() => expect(outbox.getItems()).toEqual([]));
  expect(said()).toEqual(["and another thing"]);
  expect(upload).toHaveBeenCalledOnce();
});

it("an upload that does not hear of the end changes nothing", async () => {
  let finish: (attachment: Attachment) => void = () => undefined;
  const { outbox, said } = open(
    () =>
      new Promise((resolve) => {
        finish = resolve;
      }),
  );
  outbox.send("c", draft);
  await vi.waitFor(() => expect(outbox.getItems()).toMatchObject([{ status: "sending" }]));
  await new Promise((resolve) => setTimeout(resolve));
  outbox.discard(outbox.getItems()[0]?.clientId ?? "");
  finish({ id: "a1" } as Attachment);
  await new Promise((resolve) => setTimeout(resolve));
  expect(said()).toEqual([]);
});
