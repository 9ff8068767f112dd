/** Alerts of the house itself, in the reader's language. */
import { screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeServer, LI } from "../app/fake-server.ts";
import { openPage } from "../app/test-page.tsx";
import { fakeBrowser } from "../phone/fakes.ts";

let server: FakeServer;
const alert = (kind: string, params: object) => ({
  [kind]: { id: kind, kind, severity: "bad", at: 0, queue_id: null, agent_id: null, params },
});

beforeEach(() => {
  fakeBrowser();
  server = new FakeServer({ ...LI, agent: false, scopes: ["wall.read"] });
  server.http.set("GET /api/wall/today", { rules: {}, queues: [], intervals: [], total: {} });
});
afterEach(() => vi.unstubAllGlobals());

it("words why an exchange can't be worked with, by its code", async () => {
  const why = {
    why: "Asterisk 20.1.0 at http://b/ari is too old",
    trouble: "asterisk_old",
    given: { node: "http://b/ari", version: "20.1.0", wanted: "22.4" },
  };
  server.views.set("wall", {
    queues: {},
    agents: {},
    alerts: { ...alert("voice_node_away", { node: "http://b/ari", ...why }) },
  });
  await openPage("/app/wall");
  expect(
    await screen.findByText(
      "交换机 http://b/ari 连不上，新来电由其余交换机接听：http://b/ari 上的 Asterisk 20.1.0 版本太旧，需要 22.4 或更新的版本，请升级",
    ),
  ).toBeTruthy();
});

it("shows the words of the server for a code that it doesn't know", async () => {
  server.views.set("wall", {
    queues: {},
    agents: {},
    alerts: {
      ...alert("voice_down", { why: "from the future", trouble: "no_such_code", given: {} }),
      ...alert("relay_full", { server: "turn:t.example" }),
    },
  });
  await openPage("/app/wall");
  expect(await screen.findByText("暂时无法通话：from the future")).toBeTruthy();
  expect(screen.getByText(/TURN 服务器 turn:t.example 已满/)).toBeTruthy();
});
