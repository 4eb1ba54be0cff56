// The running servers, to be disturbed: their processes stand in stack.json, and the launcher starts each that ends again.
import { expect } from "@playwright/test";
import { readStack } from "./stack";

/** How many WebSockets each gateway holds; nothing of one that does not answer. */
async function socketsOf(adminUrl: string): Promise<number> {
  const metrics = await fetch(`${adminUrl}/metrics`).then(
    (answer) => answer.text(),
    () => "",
  );
  return Number(/^pulse_sockets\{transport="websocket"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

/** Waits until one gateway alone has sockets; gives the place of it. */
export async function gatewayWithSockets(): Promise<number> {
  let place = -1;
  await expect(async () => {
    const counts = await Promise.all(readStack().gateways.map(({ admin_url }) => socketsOf(admin_url)));
    expect(counts.filter((count) => count > 0)).toHaveLength(1);
    place = counts.findIndex((count) => count > 0);
  }).toPass({ timeout: 30_000 });
  return place;
}

/** Kills these gateways as a crash does, as often as they come back while the task runs. */
export async function withoutGateways(places: readonly number[], task: () => Promise<void>): Promise<void> {
  const kill = () => {
    for (const place of places) killGateway(place);
  };
  kill();
  const timer = setInterval(kill, 100);
  await task().finally(() => clearInterval(timer));
}

function killGateway(place: number): void {
  const { pid } = readStack().gateways[place] ?? {};
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch {
    // It has ended already, and another one is on its way.
  }
}

export async function allGatewaysReady(): Promise<void> {
  for (const { admin_url } of readStack().gateways)
    await expect
      .poll(
        () =>
          fetch(`${admin_url}/readyz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 30_000 },
      )
      .toBe(true);
}

/** Redis says nothing as long as the task takes. */
export async function withoutRedis(task: () => Promise<void>): Promise<void> {
  const { pid } = readStack().redis;
  process.kill(pid, "SIGSTOP");
  try {
    await task();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}
