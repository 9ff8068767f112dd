import { mount } from "./mount";
import { styles } from "./panel";
import type { Words } from "./page/words";

/** Addresses of the words, by language. */
declare const __WORDS__: Record<string, string>;

/** The page `/c/{site_key}`: the same chat, filling the window. `?lang=` and `?theme=` may be given. */
const site = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
const query = new URLSearchParams(location.search);
const theme = query.get("theme") ?? undefined;
const lang = query.get("lang") ?? undefined;
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
void mount(
  { site, origin: location.origin, page: true, lang, theme },
  () => Promise.resolve({ styles }),
  (locale) => import(/* @vite-ignore */ __WORDS__[locale]!) as Promise<{ words: Words }>,
);
