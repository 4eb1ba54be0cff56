import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it, vi } from "vitest";
import { renderClient } from "@/testing/render";
import { problem, server, startTestServer } from "@/testing/server";
import { FactorSection } from "./factor-section";

startTestServer();

const CODES = ["aaaa-1111", "bbbb-2222"];
const secret = { secret: "JBSWY3DPEHPK3PXP", otpauth_uri: "otpauth://totp/x", qr_png: "data:image/png;base64,AA==" };

it("is switched on by password and code, and shows the recovery codes once", async () => {
  server.use(
    http.post("*/v1/auth/totp", async ({ request }) => {
      const { password } = (await request.json()) as { password: string };
      return password === "right" ? HttpResponse.json(secret) : problem(401, "invalid_credentials");
    }),
    http.post("*/v1/auth/totp/activate", async ({ request }) => {
      const { code } = (await request.json()) as { code: string };
      return code === "123456" ? HttpResponse.json({ recovery_codes: CODES }) : problem(401, "invalid_code");
    }),
  );
  const { user } = renderClient(<FactorSection />);
  await user.click(screen.getByRole("button", { name: "Switch on" }));
  const window = await screen.findByRole("dialog");
  await user.type(within(window).getByLabelText("Your password"), "wrong");
  await user.click(within(window).getByRole("button", { name: "Continue" }));
  expect(await within(window).findByText("This password isn't right.")).toBeVisible();
  await user.clear(within(window).getByLabelText("Your password"));
  await user.type(within(window).getByLabelText("Your password"), "right");
  await user.click(within(window).getByRole("button", { name: "Continue" }));
  expect(await screen.findByRole("img", { name: /QR code/ })).toBeVisible();
  expect(screen.getByText("JBSW Y3DP EHPK 3PXP")).toBeVisible();
  await user.type(screen.getByLabelText("Six-digit code"), "000000");
  expect(await screen.findByText(/This code isn't right/)).toBeVisible();
  await user.type(screen.getByLabelText("Six-digit code"), "123456");
  expect(await screen.findByText("bbbb-2222")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "I have kept my codes" }));
  await waitFor(() => expect(screen.queryByText("bbbb-2222")).not.toBeInTheDocument());
});

it("does not lose the codes to a slip: closing asks once", async () => {
  server.use(http.post("*/v1/auth/totp/recovery-codes", () => HttpResponse.json({ recovery_codes: CODES })));
  const { user } = renderClient(<FactorSection />, { totp_enabled: true });
  await user.click(screen.getByRole("button", { name: "New recovery codes" }));
  const window = await screen.findByRole("dialog");
  await user.type(within(window).getByLabelText("Your password"), "right");
  await user.type(within(window).getByLabelText("Code from your app"), "123 456");
  await user.click(within(window).getByRole("button", { name: "New recovery codes" }));
  await screen.findByText("aaaa-1111");
  await user.keyboard("{Escape}");
  expect(screen.getByText(/can't be shown again/)).toBeVisible();
  expect(screen.getByText("aaaa-1111")).toBeVisible();
});

it("is switched off by password and code together", async () => {
  const seen = vi.fn();
  server.use(
    http.delete("*/v1/auth/totp", async ({ request }) => {
      seen(await request.json());
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = renderClient(<FactorSection />, { totp_enabled: true });
  await user.click(screen.getByRole("button", { name: "Switch off" }));
  const window = await screen.findByRole("dialog");
  await user.click(within(window).getByRole("button", { name: "Switch off" }));
  expect(within(window).getByText("Enter your password.")).toBeVisible();
  await user.type(within(window).getByLabelText("Your password"), "right");
  await user.type(within(window).getByLabelText("Code from your app"), "123456");
  await user.click(within(window).getByRole("button", { name: "Switch off" }));
  await waitFor(() => expect(seen).toHaveBeenCalledWith({ password: "right", code: "123456" }));
});
