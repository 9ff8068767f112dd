import { mount } from "./mount";
import * as panel from "./panel";
import { wordsOf } from "./view/words";

/** The page `/c/{site_key}`: the same chat, filling the window. `?lang=` and `?theme=` may be given. */
const site = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop() ?? "");
const query = new URLSearchParams(location.search);
const theme = query.get("theme") ?? undefined;
const lang = query.get("lang") ?? undefined;
const options = { site, origin: location.origin, page: true, lang, theme };
const chat = mount(options, () => Promise.resolve(panel));
const { dataset } = document.documentElement;
if (theme === "light" || theme === "dark") dataset.theme = theme;
chat.watch(() => {
  const name = chat.site?.name;
  if (name) document.title = `${name} · ${wordsOf(chat).panel}`;
});
chat.setOpen(true);
