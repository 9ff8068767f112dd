import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeServer, LI, Refusal } from "./fake-server.ts";
import { openPage, router } from "./test-page.tsx";

let server: FakeServer;
const user = userEvent.setup();

beforeEach(() => {
  server = new FakeServer(null);
});
afterEach(() => vi.unstubAllGlobals());

const fill = async () => {
  await user.type(await screen.findByLabelText("邮箱", {}, { timeout: 5_000 }), "li@example.com");
  await user.type(screen.getByLabelText("密码"), "secret");
  await user.click(screen.getByRole("button", { name: "登录" }));
};

it("leads to sign-in from a page that needs a session, and back to that page", async () => {
  await openPage("/app/desk");
  server.http.set("POST /api/session", () => {
    server.http.set("GET /api/session", LI);
    return LI;
  });
  await fill();
  await waitFor(() => expect(router.state.location.pathname).toBe("/app/desk"));
  expect(server.calls.find((call) => call.method === "POST" && call.path === "/api/session")?.body).toEqual({
    email: "li@example.com",
    password: "secret",
  });
});

it("says in words that it failed", async () => {
  server.http.set("POST /api/session", new Refusal(401, { code: "sign_in_failed", title: "x" }));
  await openPage("/sign-in");
  await fill();
  expect((await screen.findByRole("alert")).textContent).toContain("邮箱或密码不对");
});

it("asks for the second factor, and again when it was wrong", async () => {
  server.http.set("POST /api/session", (body: unknown) =>
    "totp" in (body as object)
      ? new Refusal(401, { code: "totp_wrong", title: "x" })
      : new Refusal(401, { code: "totp_required", title: "x" }),
  );
  await openPage("/sign-in");
  await fill();
  const code = await screen.findByLabelText<HTMLInputElement>("验证码");
  await waitFor(() => expect(document.activeElement).toBe(code));
  expect(screen.queryByRole("alert")).toBeNull();
  await user.type(code, "123 456{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("验证码不对");
  expect(server.calls.at(-1)?.body).toMatchObject({ totp: "123456" });
  expect(code.value).toBe("");
});

it("counts down when there were too many tries", async () => {
  server.http.set(
    "POST /api/session",
    new Refusal(429, { code: "throttled", title: "x" }, { "Retry-After": "30" }),
  );
  await openPage("/sign-in");
  await fill();
  const button = await screen.findByRole<HTMLButtonElement>("button", { name: /秒后可重试/ });
  expect(button.disabled).toBe(true);
});

it("goes nowhere but into the console after sign-in", async () => {
  server.http.set("POST /api/session", () => {
    server.http.set("GET /api/session", LI);
    return LI;
  });
  await openPage("/sign-in?next=https://evil.example");
  await fill();
  await waitFor(() => expect(router.state.location.pathname).toBe("/app/desk"));
});
