/** What all editors of the settings' lists do when they are submitted, shown at the teams. */
import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeServer, LI, Refusal } from "../app/fake-server.ts";
import { openPage } from "../app/test-page.tsx";

const NIGHT = { id: "team-1", tenant_id: "t1", name: "夜班组", name_en: "", hours_id: null, retired: false };
const user = userEvent.setup();
let server: FakeServer;

async function open(search = ""): Promise<void> {
  vi.stubGlobal("BroadcastChannel", undefined);
  server = new FakeServer({
    ...LI,
    scopes: ["settings.read", "settings.write", "people.read", "people.write"],
  });
  server.http.set("GET /api/teams", { items: [NIGHT], next_cursor: null });
  await openPage(`/app/settings/teams${search}`);
  await screen.findByRole("heading", { name: "班组" }, { timeout: 20_000 });
}

const dialog = () => screen.findByRole("dialog");
const name = async () => within(await dialog()).getByRole("textbox", { name: /^名称/ });
const save = async () => user.click(await screen.findByRole("button", { name: "保存" }));
const sent = (method: string) =>
  server.calls.filter((call) => call.method === method && call.path.includes("team"));

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it("makes a new one, says so, and closes", async () => {
  await open();
  const [add] = await screen.findAllByRole("button", { name: "新建班组" });
  if (add) await user.click(add);
  server.http.set("POST /api/teams", { ...NIGHT, id: "team-2", name: "早班组" });
  await user.type(await name(), "早班组");
  await save();
  await waitFor(() => expect(sent("POST")).toMatchObject([{ path: "/api/teams", body: { name: "早班组" } }]));
  expect(await screen.findByText("已保存：早班组")).toBeTruthy();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
}, 40_000);

it("stays open with what the server refuses at its field", async () => {
  await open("?id=team-1");
  const title = "已经有同名的班组";
  const errors = [{ field: "name", code: "name_taken" }];
  server.http.set("PATCH /api/teams/team-1", new Refusal(409, { code: "name_taken", title, errors }));
  await user.type(await name(), "二");
  await save();
  await waitFor(async () => expect((await name()).getAttribute("aria-invalid")).toBe("true"));
  expect(sent("PATCH")).toMatchObject([{ path: "/api/teams/team-1", body: { name: "夜班组二" } }]);
  expect((await dialog()).textContent).toContain(title);
}, 40_000);
