import type { FunctionComponent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Launcher } from "./Launcher";
import { chat } from "../page/now";

export interface PanelProps {
  /** The customer has just opened it: it takes the focus. */
  focus: boolean;
}

export type PanelView = FunctionComponent<PanelProps>;

interface Props {
  /** Fetches the panel; asked for at the first sign that it will be needed. */
  load: () => Promise<PanelView>;
}

/** The launcher at once, the panel when somebody wants it. */
export function App({ load }: Props) {
  const [, turn] = useState(0);
  // Before anybody can change something: the page may ask to open right after this.
  useLayoutEffect(() => chat.watch(() => turn((n) => n + 1)), []);
  const { open, options } = chat;
  const launcher = useRef<HTMLButtonElement | null>(null);
  const wasOpen = useRef(open);
  const touched = useRef(false);
  const [Panel, setPanel] = useState<PanelView | null>(null);
  const [failed, setFailed] = useState(false);
  if (wasOpen.current !== open) touched.current = true;
  const fetchPanel = () => {
    if (Panel) return;
    load().then(
      (view) => setPanel(() => view),
      // A deploy in between, or no network: the page of its own serves, at the next press.
      () => setFailed(true),
    );
  };
  useLayoutEffect(() => {
    if (open) fetchPanel();
    // Closing by keyboard or button gives the focus back to where it came from.
    else if (wasOpen.current) launcher.current?.focus();
    wasOpen.current = open;
  }, [open]);
  const press = () => {
    if (failed) window.open(`${options.origin}/c/${encodeURIComponent(options.site)}`, "_blank", "noopener");
    else chat.setOpen(!open);
  };
  return (
    <div class={`rx${options.page ? " page" : ""}`} lang={chat.locale} dir="ltr">
      <div class="sr" role="status" aria-live="polite">
        {chat.said}
      </div>
      {open && Panel ? <Panel focus={touched.current} /> : null}
      {options.page ? null : (
        <Launcher press={press} hint={fetchPanel} hold={(button) => (launcher.current = button)} />
      )}
    </div>
  );
}
