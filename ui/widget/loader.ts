/** What a site's own scripts may use as `window.Rexian`. */
export interface Handle {
  /** The snippet's data-* attributes. */
  data: DOMStringMap;
  /** Where Rexian is. */
  origin: string;
  nonce: string | undefined;
  open(): void;
  close(): void;
  /** What was asked before the widget had come. */
  asked?: boolean;
  /** The widget is there. */
  on?: boolean;
}

declare const __WIDGET__: string;

/** The snippet: leaves a handle and fetches the widget when the page has nothing better to do. */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const page = window as Window & { Rexian?: Handle };
  if (!script?.dataset.site || page.Rexian) return;
  const { dataset: data, nonce } = script;
  const { origin } = new URL(script.src);
  const handle: Handle = (page.Rexian = {
    data,
    origin,
    nonce,
    open: () => void (handle.asked = true),
    close: () => void (handle.asked = false),
  });
  const load = () => {
    const widget = document.createElement("script");
    widget.src = origin + __WIDGET__;
    widget.type = "module";
    widget.crossOrigin = "anonymous";
    if (nonce) widget.nonce = nonce;
    document.head.append(widget);
  };
  if (document.readyState === "complete") load();
  else addEventListener("load", load);
})();
