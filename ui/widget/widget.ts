import { mount } from "./mount";
import type { Handle } from "./loader";

declare global {
  interface Window {
    Rexian?: Handle;
  }
}

/** Comes after the loader, takes over the handle that it left and does what was asked in the meantime. */
function run(handle: Handle): void {
  const { data, origin, nonce } = handle;
  const chat = mount(
    {
      origin,
      site: data.site ?? "",
      lang: data.lang || document.documentElement.lang,
      theme: data.theme,
      colour: data.colour,
      name: data.name,
    },
    () => import("./panel"),
    (locale) => (locale === "en" ? import("./view/words.en") : import("./view/words.zh")),
    nonce,
  );
  handle.open = () => chat.setOpen(true);
  handle.close = () => chat.setOpen(false);
  if (handle.asked !== undefined) chat.setOpen(handle.asked);
}

const handle = window.Rexian;
if (handle && !handle.on) {
  handle.on = true;
  if (document.body) run(handle);
  else addEventListener("DOMContentLoaded", () => run(handle));
}
