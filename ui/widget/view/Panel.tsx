import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { attach } from "../../kit/icons/paths";
import { filesOf } from "../page/files";
import type { PanelProps } from "./App";
import { Composer } from "./Composer";
import { Confirm } from "./Confirm";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { Home } from "./Home";
import { Icon, trap } from "./parts";
import { Queue } from "./Queue";
import { Stream } from "./Stream";
import { placeWords, waitWords } from "./words";
import { chat, words } from "../page/now";

const PHONE = "(max-width: 480px), (max-height: 480px)";

/** Head, what goes on, and the box to write in. */
export function Panel({ focus }: PanelProps) {
  const panel = useRef<HTMLElement>(null);
  const full = useFull(panel);
  const [confirming, setConfirming] = useState(false);
  const [history, setHistory] = useState(false);
  const [dragging, setDragging] = useState(0);
  const { book } = chat.session;
  useAnnouncements();
  useLayoutEffect(() => {
    if (!focus) return;
    // On a touch screen the box would pull the keyboard up over the greeting.
    const box = matchMedia("(pointer: fine)").matches ? panel.current?.querySelector("textarea") : null;
    (box ?? panel.current)?.focus({ preventScroll: true });
  }, []);
  // What had the focus may go, as the box at the end: then the panel has it, so that the keyboard goes on from here.
  const inside = useRef(false);
  useLayoutEffect(() => {
    const element = panel.current!;
    if (inside.current && !(element.getRootNode() as ShadowRoot).activeElement)
      element.focus({ preventScroll: true });
  });
  const left = ({ target }: FocusEvent) =>
    queueMicrotask(() => (inside.current &&= !(target as Node).isConnected));
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing && !event.defaultPrevented && !chat.options.page) {
      event.stopPropagation();
      chat.setOpen(false);
    }
    if (full && panel.current) trap(event, panel.current);
  };
  const hasFiles = (event: DragEvent) => !!event.dataTransfer?.types.includes("Files");
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setDragging(0);
    filesOf().choose(event.dataTransfer!.files);
  };
  const ended = book.contact?.state === "ended";
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a dialog: Escape, and files dropped
    <section
      ref={panel}
      class={`panel${full ? " full" : ""}`}
      role={chat.options.page ? "main" : "dialog"}
      aria-label={chat.site?.name ? `${chat.site.name} ${words.panel}` : words.panel}
      aria-modal={full && !chat.options.page ? true : undefined}
      tabIndex={-1}
      onKeyDown={keys}
      onFocusIn={() => (inside.current = true)}
      onFocusOut={left}
      onDragEnter={(event) => hasFiles(event) && setDragging((n) => n + 1)}
      onDragLeave={(event) => hasFiles(event) && setDragging((n) => Math.max(0, n - 1))}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      <Header history={history} leaveHistory={() => setHistory(false)} end={() => setConfirming(true)} />
      {book.contact?.state === "waiting" ? <Queue /> : null}
      {book.contact || history ? <Stream history={history} /> : <Home showHistory={() => setHistory(true)} />}
      {chat.barred || history ? null : ended ? <Footer /> : <Composer />}
      {dragging ? (
        <div class="drop">
          <Icon d={attach} size={28} />
          {words.drop}
        </div>
      ) : null}
      {confirming && book.open ? <Confirm done={() => setConfirming(false)} /> : null}
    </section>
  );
}

/** Fills a phone's screen, above its keyboard, and keeps the page behind from scrolling. */
function useFull(panel: { current: HTMLElement | null }): boolean {
  const [full, setFull] = useState(() => matchMedia(PHONE).matches);
  useEffect(() => {
    const media = matchMedia(PHONE);
    const changed = () => setFull(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  useLayoutEffect(() => {
    const view = window.visualViewport;
    const element = panel.current;
    if (!full || !element || !view) return;
    const fit = () => {
      element.style.height = `${view.height}px`;
      element.style.transform = `translateY(${view.offsetTop}px)`;
    };
    const root = document.documentElement;
    const before = root.style.overflow;
    if (!chat.options.page) root.style.overflow = "hidden";
    fit();
    view.addEventListener("resize", fit);
    view.addEventListener("scroll", fit);
    return () => {
      root.style.overflow = before;
      element.style.height = element.style.transform = "";
      view.removeEventListener("resize", fit);
      view.removeEventListener("scroll", fit);
    };
  }, [full]);
  return full;
}

/** Says what only eyes would notice: the place in the queue moving, the connection going. */
function useAnnouncements(): void {
  const { trouble } = chat;
  const { position } = chat.session.book;
  useEffect(() => {
    if (!position) return;
    const wait = waitWords(words, position.wait_low_ms, position.wait_high_ms);
    chat.say(`${placeWords(words, position.position)}, ${wait}`);
  }, [position?.position]);
  useEffect(() => {
    if (trouble && trouble !== "connecting") chat.say(words[trouble]);
  }, [trouble]);
}
