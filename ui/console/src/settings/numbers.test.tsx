import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer, LI, Refusal } from "../app/fake-server.ts";
import { openPage } from "../app/test-page.tsx";
import { asRow, digitsOf, faultOf, idOf, isEntry } from "./numbers.ts";
import type { NumberItem } from "./wire.ts";

const HOTLINE: NumberItem = asRow({ id: "", number: "8657188880001", tenant_id: "t1", entry: "" });

describe("telephone numbers", () => {
  it.each([
    ["+86 571-8888-0001", "8657188880001"],
    ["0086 571 8888 0001", "8657188880001"],
    ["（0571）8888 0001", "057188880001"],
    ["４００－８１２３－４５６", "4008123456"],
    ["400–812–3456", "4008123456"],
  ])("reads %s", (text, digits) => {
    expect(digitsOf(text)).toBe(digits);
    expect(faultOf(text, [])).toBeNull();
  });

  it.each([
    ["  ", "required"],
    ["400-ABC", "number_letters"],
    ["１２", "number_length"],
    ["123456789012345678901", "number_length"],
    ["0086 571 8888 0001", "number_here"],
  ])("says what is wrong with %s", (text, fault) => {
    expect(faultOf(text, [HOTLINE])).toBe(fault);
  });

  it("has an address that is never taken for another number", () => {
    expect(idOf("8657188880001")).toBe("+8657188880001");
    expect(isEntry("campaign-2026")).toBe(true);
    expect(isEntry("活动")).toBe(false);
  });
});

describe("the page of telephone numbers", () => {
  let server: FakeServer;
  const user = userEvent.setup();
  const open = async (scopes: string[], numbers: Omit<NumberItem, "id">[]) => {
    vi.stubGlobal("BroadcastChannel", undefined);
    server = new FakeServer({ ...LI, scopes });
    server.http.set("GET /api/numbers", numbers);
    server.http.set("GET /api/tenants", { items: [], next_cursor: null });
    await openPage("/app/settings/numbers");
    await screen.findByRole("heading", { name: "电话号码" }, { timeout: 5_000 });
  };
  const box = async (name: RegExp) =>
    within(await screen.findByRole("dialog")).getByRole("textbox", { name });
  // Enter saves too (tested in a browser): user-event looks for the button inside of the form only.
  const save = async () => user.click(await screen.findByRole("button", { name: "保存" }));
  const sent = (method: string) => server.calls.filter((call) => call.method === method);
  beforeEach(() => localStorage.clear());
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("says what to do while there is none, and adds the first by keyboard", async () => {
    await open(["settings.read", "settings.write"], []);
    expect(await screen.findByText(/请添加运营商接到电话交换机上的号码/)).toBeTruthy();
    const [add] = await screen.findAllByRole("button", { name: "添加号码" });
    add?.focus();
    await user.keyboard("{Enter}");
    await waitFor(async () => expect(document.activeElement).toBe(await box(/^号码/)));
    server.http.set("PUT /api/numbers/+8657188880001", {
      number: "8657188880001",
      tenant_id: "t1",
      entry: "vip",
    });
    await user.keyboard("+86 571-8888-0001");
    await user.type(await box(/^标记/), "VIP");
    await save();
    await waitFor(() =>
      expect(sent("PUT")).toMatchObject([
        { path: "/api/numbers/+8657188880001", body: { tenant_id: "t1", entry: "vip" } },
      ]),
    );
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("says at the field what is wrong, and asks the server nothing for it", async () => {
    await open(["settings.read", "settings.write"], [HOTLINE]);
    await user.click(await screen.findByRole("button", { name: "添加号码" }));
    for (const [text, words] of [
      ["400-abc", "只能填数字"],
      ["12", "号码应为 3 到 20 位数字"],
      ["0086 571 8888 0001", "这个号码已经有了，属于云杉智能"],
    ] as const) {
      const field = await box(/^号码/);
      await user.clear(field);
      await user.type(field, text);
      await save();
      await waitFor(async () => expect((await screen.findByRole("dialog")).textContent).toContain(words));
      expect(document.activeElement).toBe(field);
    }
    expect(sent("PUT")).toEqual([]);
  });

  it("puts the server's refusal at the field too", async () => {
    await open(["settings.read", "settings.write"], [HOTLINE]);
    server.http.set(
      "PUT /api/numbers/+4001",
      new Refusal(409, {
        code: "number_taken",
        title: "号码 4001 已归其他公司使用",
        errors: [{ field: "number", code: "number_taken" }],
      }),
    );
    await user.click(await screen.findByRole("button", { name: "添加号码" }));
    const field = await box(/^号码/);
    await user.type(field, "4001");
    await save();
    await waitFor(() => expect(field.getAttribute("aria-invalid")).toBe("true"));
    expect(screen.getByRole("dialog").textContent).toContain("已归其他公司使用");
  });

  it("only shows them to who may not change them", async () => {
    await open(["settings.read"], []);
    expect(await screen.findByText(/由管理员在这里添加/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "添加号码" })).toBeNull();
  });
});
