import { HttpResponse, http } from "msw";
import { afterEach, expect, it, vi } from "vitest";
import { problem, server, startTestServer } from "@/testing/server";
import { uploadFile } from "./upload";

startTestServer();
afterEach(() => void vi.unstubAllGlobals());

const file = { name: "harbour.png", blob: new Blob(["picture"], { type: "image/png" }) };
const upload = (onProgress?: (progress: number) => void) =>
  uploadFile("http://localhost:3000", { accessToken: async () => "t1" }, file, onProgress);

it("sends the file with the session's token", async () => {
  server.use(
    http.post("*/v1/attachments", ({ request }) => {
      expect(request.headers.get("Authorization")).toBe("Bearer t1");
      expect(request.headers.get("Content-Type")).toMatch(/^multipart\/form-data/);
      return HttpResponse.json({ id: "a1" }, { status: 201 });
    }),
  );
  await expect(upload()).resolves.toEqual({ id: "a1" });
});

it("says why a file was refused", async () => {
  server.use(http.post("*/v1/attachments", () => problem(413, "too_large")));
  await expect(upload()).rejects.toMatchObject({ status: 413, code: "too_large", retryable: false });
});

it("keeps the time that the server wants to be left alone", async () => {
  server.use(
    http.post("*/v1/attachments", () =>
      HttpResponse.json({ code: "unavailable" }, { status: 503, headers: { "Retry-After": "3" } }),
    ),
  );
  await expect(upload()).rejects.toMatchObject({ code: "unavailable", retryable: true, retryAfterMs: 3_000 });
});

it("a lost connection may be tried again", async () => {
  server.use(http.post("*/v1/attachments", () => HttpResponse.error()));
  await expect(upload()).rejects.toMatchObject({ code: "network", retryable: true });
});

it("tells how far it is, in steps that are worth drawing", async () => {
  class Request {
    upload: { onprogress?: (event: object) => void } = {};
    status = 201;
    responseText = '{"id":"a1"}';
    onload?: () => void;
    open = () => undefined;
    setRequestHeader = () => undefined;
    send = () => {
      for (const loaded of [1, 2, 50, 51, 100])
        this.upload.onprogress?.({ loaded, total: 100, lengthComputable: true });
      this.onload?.();
    };
  }
  vi.stubGlobal("XMLHttpRequest", Request);
  const heard: number[] = [];
  await upload((progress) => heard.push(progress));
  expect(heard).toEqual([0.5, 1]);
});
