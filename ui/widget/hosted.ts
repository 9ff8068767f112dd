import { mount } from "./mount";
import { words } from "./page/now";
import * as panel from "./panel";
import type { PanelWords } from "./view/words.zh";

/** Addresses of the words, by language. */
declare const __WORDS__: Record<string, string>;

/** The page `/c/{site_key}`: the same chat, filling the window. `?lang=` and `?theme=` may be given. */
const site = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
const query = new URLSearchParams(location.search);
const theme = query.get("theme") ?? undefined;
const lang = query.get("lang") ?? undefined;
const options = { site, origin: location.origin, page: true, lang, theme };
const chat = mount(
  options,
  () => Promise.resolve(panel),
  (locale) => import(/* @vite-ignore */ __WORDS__[locale]!) as Promise<{ words: PanelWords }>,
);
const { dataset } = document.documentElement;
if (theme === "light" || theme === "dark") dataset.theme = theme;
chat.watch(() => {
  const name = chat.site?.name;
  if (name && words.panel) document.title = `${name} · ${words.panel}`;
});
chat.setOpen(true);
