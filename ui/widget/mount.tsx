import tokens from "../kit/tokens.css?inline";
import base from "./base.css?inline";
import {
  changed,
  isOpen,
  locale,
  said,
  setOpen,
  site,
  startChat,
  wake,
  words,
  type Options,
  type ReadWords,
} from "./page/chat";
import { render } from "./page/dom";
import { tint } from "./page/tint";
import type * as Styles from "./panel";
import { Launcher } from "./view/Launcher";
import { drawn, Panel } from "./view/Panel";

const TINT_PARTS = ["solid", "ink", "soft"] as const;

/** Puts the widget on the page, in a shadow root of its own. `load` fetches the panel's styles, `read` the words. */
export async function mount(
  options: Options,
  load: () => Promise<typeof Styles>,
  read: ReadWords,
): Promise<void> {
  const host = document.createElement("rexian-chat");
  const root = host.attachShadow({ mode: "open" });
  const html = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let dressed = false;
  let failed = false;
  let wasOpen = false;

  /** Style sheets as objects need no word in the page's CSP. */
  const dress = (...styles: string[]) => {
    root.adoptedStyleSheets = styles.map((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return sheet;
    });
  };

  const fetchPanel = () => {
    if (dressed) return;
    load().then(
      ({ styles }) => {
        dressed = true;
        failed = false;
        dress(tokens + base, styles);
        changed();
      },
      // A deploy in between, or no network: the page of its own serves, at the next press.
      () => (failed = true),
    );
  };

  const press = () => {
    if (failed) window.open(`${options.origin}/c/${encodeURIComponent(options.site)}`, "_blank", "noopener");
    else setOpen(!isOpen);
  };

  const paint = () => {
    const { theme } = options;
    const isDark = theme === "dark" || (theme !== "light" && dark.matches);
    host.dataset.theme = isDark ? "dark" : "light";
    const colours = tint(site?.colour || options.colour || "", isDark);
    for (const part of TINT_PARTS) host.style.setProperty(`--c-${part}`, colours?.[part] ?? "");
    if (!options.page) return;
    html.lang = locale;
    if (site) document.title = `${site.name} · ${words.panel}`;
  };

  const draw = () => {
    paint();
    if (isOpen && !wasOpen) fetchPanel();
    const focused = root.activeElement;
    render(
      <div class={options.page ? "rx page" : "rx"} lang={locale} dir="ltr">
        <div class="sr" role="status" aria-live="polite">
          {said}
        </div>
        {isOpen && dressed && Panel()}
        {!options.page && Launcher(press, fetchPanel)}
      </div>,
      root,
    );
    drawn(root, focused);
    // Closing by keyboard or button gives the focus back to where it came from.
    if (wasOpen && !isOpen) root.querySelector<HTMLElement>(".launcher")?.focus();
    wasOpen = isOpen;
  };

  await startChat(options, read, draw);
  dress(tokens + base);
  dark.addEventListener("change", changed);
  draw();
  document.body.append(host);
  void wake();
}
