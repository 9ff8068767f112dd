import { render } from "preact";
import tokens from "../kit/tokens.css?inline";
import { Chat, type Options } from "./page/chat";
import { setChat } from "./page/now";
import type { Locale } from "./page/words";
import { tint } from "./page/tint";
import { App } from "./view/App";
import base from "./base.css?inline";
import type * as PanelModule from "./panel";
import type { PanelWords } from "./view/words.zh";

const TAG = "rexian-chat";
const TINT_PARTS = ["solid", "deep", "ink", "soft"] as const;

/**
 * Puts the widget on the page, in a shadow root of its own. `load` fetches the panel, `read` its words; `nonce` is only
 * for browsers without style sheets as objects.
 */
export function mount(
  options: Options,
  load: () => Promise<typeof PanelModule>,
  read: (locale: Locale) => Promise<{ words: PanelWords }>,
  nonce?: string,
): Chat {
  const chat = new Chat(options, read);
  setChat(chat);
  const host = document.createElement(TAG);
  const root = host.attachShadow({ mode: "open" });
  dress(root, tokens + base, nonce);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    const { theme: wish } = options;
    const theme = wish === "light" || wish === "dark" ? wish : dark.matches ? "dark" : "light";
    if (host.dataset.theme !== theme) host.dataset.theme = theme;
    const colours = tint(chat.colour, theme);
    for (const part of TINT_PARTS) host.style.setProperty(`--c-${part}`, colours?.[part] ?? "");
    if (options.page) document.documentElement.lang = chat.locale;
  };
  paint();
  dark.addEventListener("change", paint);
  chat.watch(paint);
  document.body.append(host);
  let dressed = false;
  const panel = async () => {
    const [{ Panel, styles }] = await Promise.all([load(), chat.speak(chat.locale)]);
    if (!dressed) dress(root, styles, nonce);
    dressed = true;
    return Panel;
  };
  render(<App load={panel} />, root);
  return chat;
}

/** Style sheets as objects need no word in the page's CSP; only old browsers get a <style> element. */
function dress(root: ShadowRoot, css: string, nonce: string | undefined): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    const style = document.createElement("style");
    if (nonce) style.nonce = nonce;
    style.textContent = css;
    root.append(style);
  }
}
