import type { Handle } from "./loader";
import { mount } from "./mount";
import { setOpen } from "./page/chat";

declare global {
  interface Window {
    Rexian?: Handle;
  }
}

/** Comes after the loader, takes over the handle that it left and does what was asked in the meantime. */
async function run(handle: Handle): Promise<void> {
  const { data, origin } = handle;
  await mount(
    {
      origin,
      site: data.site!,
      lang: data.lang || document.documentElement.lang,
      theme: data.theme,
      colour: data.colour,
      name: data.name,
    },
    () => import("./panel"),
    (locale) => (locale === "en" ? import("./view/words.en") : import("./view/words.zh")),
  );
  handle.open = () => setOpen(true);
  handle.close = () => setOpen(false);
  if (handle.asked !== undefined) setOpen(handle.asked);
}

const handle = window.Rexian;
if (handle && !handle.on) {
  handle.on = true;
  if (document.body) void run(handle);
  else addEventListener("DOMContentLoaded", () => void run(handle));
}
