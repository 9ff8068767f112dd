/** The desk as a phone of the telephone exchange: the real page, with a stand-in for the SIP library. */
import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeServer, handling, LI, offer } from "../app/fake-server.ts";
import { openPage } from "../app/test-page.tsx";
import type { MakeSipAgent, SipCall, SipEars } from "./exchange.ts";
import { fakeBrowser, FakePeer } from "./fakes.ts";

const sip = vi.hoisted(() => ({
  ears: null as SipEars | null,
  stopped: 0,
  refreshed: 0,
  retried: 0,
  passwords: [] as string[],
}));
vi.mock("./jssip.ts", () => ({
  makeJsSipAgent: ((_access, ears) => {
    sip.ears = ears;
    return {
      start: () => {},
      stop: () => void sip.stopped++,
      renew: (password) => void sip.passwords.push(password),
      retry: () => void sip.retried++,
      refresh: () => {
        sip.refreshed++;
        return Promise.resolve();
      },
    };
  }) satisfies MakeSipAgent,
}));

const LEG = "interaction-1:a:agent-li:1";
let server: FakeServer;

beforeEach(() => {
  fakeBrowser();
  Object.assign(sip, { ears: null, stopped: 0, refreshed: 0, retried: 0, passwords: [] });
  server = new FakeServer();
  server.phoneSip = { ws: "wss://exchange/ws", uri: "sip:w0@exchange", user: "w0", password: "p" };
  server.views.set("me", {
    agent: { [LI.person.id]: server.agent({ capacity: { chat: 3, voice: 1 }, engaged: 1 }) },
    offers: {},
    handlings: { "interaction-1": handling({ medium: "voice", accepted_at: Date.now() }) },
  });
});
afterEach(() => vi.unstubAllGlobals());

const registered = (is: boolean) => act(() => sip.ears?.registered(is));
const openDesk = async () => {
  await openPage("/app/desk");
  await screen.findByRole("heading", { name: "我的处理" }, { timeout: 5_000 });
  await waitFor(() => expect(sip.ears).not.toBeNull());
};

it("is ready for calls only while it is registered, and says so", async () => {
  await openDesk();
  expect(server.phoned("ready")).toEqual([]);
  registered(true);
  await waitFor(() => expect(server.phoned("ready")).toEqual([{ t: "ready", microphone: true }]));
  registered(false);
  expect((await screen.findAllByText(/连不上电话交换机/)).length).toBeGreaterThan(0);
  expect(server.phoned("ready").at(-1)).toEqual({ t: "ready", microphone: false, why: "exchange" });
  act(() => screen.getByRole("button", { name: "马上重试" }).click());
  expect(sip.retried).toBe(1);
  act(() => server.push("me", ["set", "offers", "offer-1", offer({ medium: "voice" })]));
  await screen.findByRole("article");
  expect(server.sent("ProveOffer")).toEqual([]);
  registered(true);
  await waitFor(() => expect(server.sent("ProveOffer")).toEqual([{ offer_id: "offer-1" }]));
});

it("picks up the call that the server connects, without an offer of its own", async () => {
  await openDesk();
  registered(true);
  act(() => server.ring({ t: "connect", leg: LEG, interaction: "interaction-1", role: "talk" }));
  const peer = new FakePeer();
  const answer = vi.fn<SipCall["answer"]>((_stream, _ice, on) =>
    on.peer(peer as unknown as RTCPeerConnection),
  );
  const call: SipCall = { leg: LEG, answer, onOver: () => {}, refuse: () => {}, drop: () => {} };
  act(() => sip.ears?.called(call));
  await waitFor(() => expect(answer).toHaveBeenCalledTimes(1));
  act(() => peer.becomes("connected"));
  const card = await screen.findByRole("region", { name: "与陈立群的通话" });
  await waitFor(() => expect(card.getAttribute("data-call")).toBe("up"));
  expect(server.phoned("offer")).toEqual([]);
});

it("takes the password that the server makes every hour, and stays registered", async () => {
  await openDesk();
  registered(true);
  const stopped = sip.stopped;
  act(() => server.ring({ t: "sip", sip: { ...server.phoneSip!, password: "q" } }));
  await waitFor(() => expect(sip.passwords).toEqual(["q"]));
  expect([sip.stopped - stopped, server.phoned("ready").at(-1)]).toEqual([
    0,
    { t: "ready", microphone: true },
  ]);
});

it("rings here before it asks for a call from elsewhere", async () => {
  await openDesk();
  registered(true);
  const word = { interaction: "interaction-1", leg: LEG, role: "talk", state: "up", code: "1" } as const;
  act(() => server.ring({ t: "call", ...word, here: false, device_label: "Edge · macOS" }));
  await act(() => new Promise((resolve) => setTimeout(resolve, 1_000))); // it was registered just now
  act(() => screen.getAllByRole("button", { name: /接到这里/ })[0]?.click());
  await waitFor(() => expect(server.phoned("take")).toEqual([{ t: "take", interaction: "interaction-1" }]));
  expect(sip.refreshed).toBe(1);
});

it("is not ready for calls where the person has no telephone, and says so", async () => {
  await openDesk();
  registered(true);
  const welcome = (phone: string) =>
    act(() =>
      server.ring({
        t: "welcome",
        person: LI.person.id,
        engine: "asterisk",
        phone,
        ice_servers: [],
        calls: [],
        now: Date.now(),
      }),
    );
  welcome("desk-1001");
  expect(server.phoned("ready").at(-1)).toEqual({ t: "ready", microphone: true });
  welcome("");
  expect(server.phoned("ready").at(-1)).toEqual({ t: "ready", microphone: false, why: "no_phone" });
  expect((await screen.findAllByText(/还没有话机/)).length).toBeGreaterThan(0);
  act(() => server.push("me", ["set", "offers", "offer-1", offer({ medium: "voice" })]));
  await screen.findByRole("article");
  expect(server.sent("ProveOffer")).toEqual([]);
});
