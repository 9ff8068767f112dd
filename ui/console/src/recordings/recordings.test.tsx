/** The recordings beside a contact's story, against a server in memory: what fails is told, and can be tried again. */
import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { FakeServer, LI, Refusal } from "../app/fake-server.ts";
import { setLocale, startI18n } from "../app/i18n.ts";
import { adoptSession, queryClient } from "../app/session.tsx";
import { Recordings } from "./Recordings.tsx";

const ONE = {
  id: "r1",
  interaction_id: "i1",
  kind: "call",
  state: "kept",
  why: "",
  started_at: Date.UTC(2026, 10, 23),
  duration_ms: 90_000,
  hold_reason: null,
  hold_at: null,
  erase_at: null,
  erased_at: null,
};
const PICTURE = { bucket_ms: 100, customer: [], agent: [], silences: [], overlaps: [] };
const refusal = (title: string, status = 409) => new Refusal(status, { code: "refused", title });
const user = userEvent.setup();
let server: FakeServer;

beforeEach(() => {
  server = new FakeServer();
  server.http.set("GET /api/recordings", { items: [ONE] });
  server.http.set("GET /api/recordings/r1", { ...ONE, picture: PICTURE });
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  adoptSession({ ...LI, scopes: ["recording.listen", "recording.keep"] });
});
beforeAll(async () => {
  await startI18n();
  await setLocale("zh-CN");
});
afterEach(() => vi.unstubAllGlobals());

const open = () =>
  render(
    <QueryClientProvider client={queryClient}>
      <Recordings contact="contact-1" />
    </QueryClientProvider>,
  );
const alert = async (words: RegExp) => (await screen.findByText(words)).closest("[role=alert]");
const press = async (name: string) => user.click(await screen.findByRole("button", { name }));

it("tells that the list can't be read, and reads it when asked again", async () => {
  server.http.set("GET /api/recordings", refusal("数据库暂时不可用"));
  open();
  expect(await alert(/读不到录音：数据库暂时不可用/)).toBeTruthy();
  server.http.set("GET /api/recordings", { items: [ONE] });
  await press("重试");
  expect(await screen.findByRole("button", { name: "播放" })).toBeTruthy();
  expect(screen.queryByText(/读不到/)).toBeNull();
});

it("says nothing to who may not listen there", async () => {
  server.http.set("GET /api/recordings", refusal("没有权限", 403));
  const { container } = open();
  await waitFor(() => expect(queryClient.isFetching()).toBe(0));
  expect(container.textContent).toBe("");
});

it("tells that one recording can't be read", async () => {
  server.http.set("GET /api/recordings/r1", refusal("密钥不可用"));
  open();
  expect(await alert(/读不到录音：密钥不可用/)).toBeTruthy();
  server.http.set("GET /api/recordings/r1", { ...ONE, picture: PICTURE });
  await press("重试");
  expect(await screen.findByRole("button", { name: "播放" })).toBeTruthy();
});

it("tells why a legal hold could not be ended", async () => {
  const held = { ...ONE, hold_at: 1, hold_reason: "投诉" };
  server.http.set("GET /api/recordings", { items: [held] });
  server.http.set("GET /api/recordings/r1", { ...held, picture: PICTURE });
  server.http.set("DELETE /api/recordings/r1/hold", refusal("现在不能解除"));
  open();
  await press("解除法律保留");
  expect(await alert(/现在不能解除/)).toBeTruthy();
});

it("says the place in minutes and seconds", async () => {
  open();
  const slider = await screen.findByRole("slider", { name: "录音位置" });
  expect(slider.getAttribute("aria-valuetext")).toBe("0秒");
  fireEvent.change(slider, { target: { value: "65" } });
  await waitFor(() => expect(slider.getAttribute("aria-valuetext")).toBe("1分5秒"));
  expect(slider.getAttribute("max")).toBe("90");
});
