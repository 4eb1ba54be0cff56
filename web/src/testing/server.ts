// The server of unit tests: answers on the network's edge, and every call a test did not expect is a fault.
import { HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { FieldFault } from "@/sdk/api-error";

export const server = setupServer();

export function startTestServer(): void {
  beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
}

export function problem(status: number, code: string, errors?: FieldFault[]) {
  const body = { type: `urn:pulsechat:error:${code}`, title: code, status, code, ...(errors ? { errors } : {}) };
  return HttpResponse.json(body, { status, headers: { "Content-Type": "application/problem+json" } });
}
