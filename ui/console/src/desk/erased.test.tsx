// @vitest-environment jsdom
/** A message whose content was erased says so, at the desk and on the contact's page, and has nothing to press. */
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it } from "vitest";
import type { MessageView } from "@kit/feed";
import { setLocale, startI18n } from "../app/i18n.ts";
import { Transcript } from "../contacts/Transcript.tsx";
import { MessageRow } from "./entries.tsx";

const voice = (erased: boolean): MessageView => ({
  id: "m1",
  interaction_id: "i1",
  number: 1,
  at: 1_700_000_000_000,
  author: { kind: "customer", id: "c1", name: "陈女士" },
  kind: "file",
  text: "",
  file: { id: "f1", name: "voicemail.wav", type: "audio/wav", size: 16_044, image: false },
  ...(erased ? { erased } : {}),
});

beforeAll(startI18n);
afterEach(cleanup);

it.each([
  ["zh-CN", "内容已删除"],
  ["en", "Erased"],
] as const)("in %s", async (locale, words) => {
  await setLocale(locale);
  for (const erased of [false, true]) {
    render(
      <>
        <MessageRow message={voice(erased)} first isRead={null} />
        <Transcript messages={[voice(erased)]} notes={[]} interactions={[]} chosen={null} following={false} />
      </>,
    );
    expect(screen.queryAllByText(words)).toHaveLength(erased ? 2 : 0);
    expect(screen.queryAllByRole("link")).toHaveLength(erased ? 0 : 2);
    cleanup();
  }
});
