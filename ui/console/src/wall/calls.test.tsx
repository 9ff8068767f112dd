/** A supervisor in somebody's call: the wall's page against a server in memory. */
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, LI } from "../app/fake-server.ts";
import { openPage } from "../app/test-page.tsx";
import { fakeBrowser, type FakeMicrophone, FakePeer } from "../phone/fakes.ts";
import { phoneDialog } from "../phone/store.tsx";
import { CallMenu } from "./CallMenu.tsx";

// jsdom has no heights, so the table's rows are not drawn: the menu is put beside it.
vi.mock("./AgentTable.tsx", () => ({
  AgentTable: ({ agents }: { agents: Parameters<typeof CallMenu>[0]["agent"][] }) =>
    agents.flatMap((agent) =>
      (agent.calls ?? []).map((call) => <CallMenu key={call.interaction_id} agent={agent} call={call} />),
    ),
}));

let server: FakeServer;
let microphone: FakeMicrophone;
const user = userEvent.setup();
const ring = (...frames: Parameters<FakeServer["ring"]>) => act(() => server.ring(...frames));
const word = (role: "listen" | "whisper") =>
  ({
    t: "call",
    interaction: "i9",
    leg: "i9:s:sup:1",
    role,
    state: "up",
    here: true,
    device_label: "",
    code: "",
  }) as const;

beforeEach(async () => {
  microphone = fakeBrowser();
  server = new FakeServer({ ...LI, agent: false, scopes: ["wall.read", "calls.join"] });
  server.http.set("GET /api/wall/today", { rules: {}, queues: [], intervals: [], total: {} });
  server.views.set("wall", {
    queues: {},
    alerts: {},
    agents: {
      wang: {
        id: "wang",
        name: "王思源",
        tenant_id: "t1",
        team: null,
        level: 3,
        state: "available",
        reason: null,
        since_at: 0,
        engaged: 1,
        capacity: { voice: 1 },
        current: [],
        calls: [
          {
            interaction_id: "i9",
            contact_id: "c9",
            tenant_id: "t1",
            medium: "voice",
            since: 0,
            held: false,
            participants: [],
          },
        ],
      },
    },
  });
  await openPage("/app/wall");
});
afterEach(() => {
  act(() => phoneDialog.set(null));
  vi.unstubAllGlobals();
});

const choose = async (name: RegExp) => {
  await user.click(await screen.findByRole("button", { name: /王思源的通话/ }));
  await user.click(await screen.findByRole("menuitem", { name }));
};

describe("a supervisor", () => {
  it("checks headset and microphone without taking calls; nothing is asked about ringing", async () => {
    await user.click(await screen.findByRole("button", { name: "检查耳机和麦克风" }));
    const dialog = await screen.findByRole("dialog", { name: "检查耳机和麦克风" });
    expect(within(dialog).getByRole("button", { name: /通话声音从哪里出来|麦克风/ })).toBeTruthy();
    expect(within(dialog).getByRole("button", { name: /客户的声音/ })).toBeTruthy();
    expect(within(dialog).queryByText(/铃声/)).toBeNull();
  });

  it("listens unheard, whispers, and leaves, told in words who hears them", async () => {
    await choose(/旁听/);
    await waitFor(() =>
      expect(server.sent("JoinInteraction")).toEqual([{ interaction_id: "i9", role: "listen" }]),
    );
    ring(word("listen"), { t: "connect", leg: "i9:s:sup:1", interaction: "i9", role: "listen" });
    await waitFor(() => expect(server.phoned("offer")).toHaveLength(1));
    act(() => FakePeer.last.becomes("connected"));
    const dock = await screen.findByRole("region", { name: "正在参与的通话" });
    expect(await within(dock).findByText("您正在旁听王思源的通话，没有人听得到您")).toBeTruthy();
    expect(FakePeer.last.sender.track).toBeNull();
    expect(microphone.opened).toBe(0);
    expect(within(dock).queryByRole("button", { name: "静音" })).toBeNull();
    await user.click(within(dock).getByRole("button", { name: "耳语" }));
    await waitFor(() =>
      expect(server.sent("JoinInteraction").at(-1)).toEqual({ interaction_id: "i9", role: "whisper" }),
    );
    expect(FakePeer.last.sender.track).toBeNull();
    ring(word("whisper"));
    expect(await within(dock).findByText("您正在对王思源耳语，客户听不到您")).toBeTruthy();
    await waitFor(() => expect(FakePeer.last.sender.track?.enabled).toBe(true));
    await user.click(within(dock).getByRole("button", { name: "离开" }));
    expect(server.sent("LeaveInteraction")).toEqual([{ interaction_id: "i9" }]);
  });

  it("without a microphone listens, but can't whisper", async () => {
    microphone.trouble = "NotFoundError";
    await choose(/耳语/);
    expect(await screen.findByText("没有麦克风时只能旁听。")).toBeTruthy();
    expect(server.sent("JoinInteraction")).toEqual([]);
    await choose(/旁听/);
    await waitFor(() => expect(server.sent("JoinInteraction")).toHaveLength(1));
    ring(word("listen"), { t: "connect", leg: "i9:s:sup:1", interaction: "i9", role: "listen" });
    await waitFor(() => expect(server.phoned("offer")).toHaveLength(1));
    act(() => FakePeer.last.becomes("connected"));
    const dock = await screen.findByRole("region", { name: "正在参与的通话" });
    await user.click(within(dock).getByRole("button", { name: "加入" }));
    await waitFor(() => expect(screen.getAllByText("没有麦克风时只能旁听。").length).toBeGreaterThan(0));
    expect(server.sent("JoinInteraction")).toHaveLength(1);
  });

  it("who is no agent can't take over", async () => {
    await user.click(await screen.findByRole("button", { name: /王思源的通话/ }));
    await screen.findByRole("menuitem", { name: /旁听/ });
    expect(screen.queryByRole("menuitem", { name: /接管/ })).toBeNull();
  });
});
