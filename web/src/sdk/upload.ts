// POST /v1/attachments with progress, which `fetch` does not tell.
import { errorFromProblem, networkError } from "./api-error";
import type { PendingFile } from "./outbox-message";
import type { SessionStore } from "./session-store";
import type { Attachment } from "./types";

/** Progress is told in steps: each one is drawn. */
const STEP = 0.04;

export async function uploadFile(
  baseUrl: string,
  session: Pick<SessionStore, "accessToken">,
  file: Pick<PendingFile, "name" | "blob">,
  onProgress: (progress: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Attachment> {
  const token = await session.accessToken();
  signal?.throwIfAborted();
  const body = new FormData();
  body.append("file", file.blob, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${baseUrl}/v1/attachments`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    let told = 0;
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      const progress = lengthComputable && total > 0 ? loaded / total : 0;
      if (progress - told < STEP) return;
      told = progress;
      onProgress(progress);
    };
    request.onerror = () => reject(networkError());
    request.onabort = () => reject(signal?.reason ?? networkError());
    signal?.addEventListener("abort", () => request.abort());
    request.ontimeout = () => reject(networkError("timeout"));
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status < 300) resolve(answer as Attachment);
      else reject(errorFromProblem(responseOf(request), answer));
    };
    request.send(body);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  const after = request.getResponseHeader("Retry-After");
  if (after) headers.set("Retry-After", after);
  return new Response(null, { status: Math.max(request.status, 200), headers });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
