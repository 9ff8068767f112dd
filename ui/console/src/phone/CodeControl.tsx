/** Has the customer type a code: which, how far they are, and what came of it. Nobody hears them meanwhile. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { HandlingView } from "@kit/feed";
import { Button, cx, IconButton, Kbd, StateSign, type StateShape, WithTooltip } from "@kit/ui";
import { announce } from "../app/announce.tsx";
import { isComposing, useShortcut } from "../app/shortcuts.ts";
import { usePhone, usePhoneState } from "./store.tsx";
import { useCallCommands } from "./useCallCommands.ts";
import type { CodeNow, CodeView } from "./wire.ts";

export function CodeControl({ handling, isUp }: { handling: HandlingView; isUp: boolean }) {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const { id } = handling;
  const code = usePhoneState((state) => state.codes[id]);
  const isKnown = usePhoneState((state) => state.codesOffered[id] !== undefined);
  const [opened, setOpened] = useState(false);
  const whole = useRef<HTMLSpanElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useCodeAnnouncements(code);
  const types = code?.state === "asked";
  const isOver = code !== undefined && !types;
  // While the own line is away the customer may type on, and can be spared it.
  const mayOpen = isUp || code !== undefined;
  // Adjusted while rendering, as React has it: what has closed with the line doesn't open again unasked.
  if (opened && !mayOpen) setOpened(false);
  const isOpen = opened || isOver;
  const open = () => {
    phone.lookUpCodes(id);
    setOpened(true);
  };
  const close = () => {
    setOpened(false);
    if (isOver) phone.forgetCode(id);
    button.current?.focus();
  };
  // A panel that came by itself is entered first: a press meant for something else throws no unread digits away.
  const toggle = () => {
    const panel = whole.current?.querySelector("[role=group]");
    if (!isOpen) open();
    else if (isOver && !panel?.contains(document.activeElement)) focusFirst(panel);
    else close();
  };
  useShortcut({ keys: "Alt+KeyC" }, mayOpen ? toggle : undefined);
  useCallCommands(mayOpen ? [{ id: "code", icon: "key", shortcut: "Alt+C", run: open }] : []);
  const words = types ? t("code.typed", { typed: code.typed, most: code.most }) : t("code.ask");
  return (
    // On a phone the panel is as wide as the row of controls, wherever in it the button stands.
    <span ref={whole} className="relative max-md:static">
      <WithTooltip text={t("code.ask")} shortcut="Alt+C">
        <Button
          ref={button}
          icon="key"
          isDisabled={!mayOpen}
          aria-keyshortcuts="Alt+C"
          aria-expanded={isOpen}
          onPress={toggle}
          className={cx("shrink-0", types && "bg-waiting-soft! text-waiting-ink!")}
        >
          <span className="@max-3xl:sr-only">{words}</span>
          <span className="hidden @4xl:inline">
            <Kbd keys="Alt+C" />
          </span>
        </Button>
      </WithTooltip>
      {isOpen ? (
        <Panel
          label={t("code.ask")}
          onClose={close}
          isAsked={opened}
          at={code?.state ?? (isKnown ? "choose" : "loading")}
        >
          {code ? <Standing code={code} interaction={id} onClose={close} /> : <Choice handling={handling} />}
        </Panel>
      ) : null}
    </span>
  );
}

interface PanelProps {
  label: string;
  onClose: () => void;
  /** Whether the person opened it. */
  isAsked: boolean;
  /** What it shows. With each change the focus is on its first button, unless the person is busy elsewhere. */
  at: string;
  children: React.ReactNode;
}

function Panel({ label, onClose, isAsked, at, children }: PanelProps) {
  const { t } = useTranslation("phone");
  const panel = useRef<HTMLDivElement>(null);
  const mayFocus = useRef(isAsked);
  useEffect(() => {
    const focused = document.activeElement;
    // What had the focus and is gone leaves it to the page's body.
    if (mayFocus.current || focused === document.body || panel.current?.contains(focused))
      focusFirst(panel.current);
    mayFocus.current = false;
  }, [at]);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== "Escape" || isComposing(event)) return;
    event.stopPropagation();
    onClose();
  };
  return (
    // Escape is heard for all that is in it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={panel}
      role="group"
      aria-label={label}
      onKeyDown={onKeyDown}
      className="absolute top-full left-0 z-[var(--rx-z-banner)] mt-1 w-80 max-md:max-w-full rounded-lg border border-line bg-raised p-3 shadow-3"
    >
      <div className="mb-2 flex h-8 items-center gap-2">
        <span className="min-w-0 flex-1 truncate text-md font-semibold text-ink">{label}</span>
        <IconButton icon="close" size="sm" label={t("code.close")} onPress={onClose} />
      </div>
      {children}
    </div>
  );
}

/** The first button of what is shown; else the one that closes. */
function focusFirst(panel: Element | null | undefined): void {
  const first = panel?.querySelector<HTMLElement>("[data-first] button:enabled");
  (first ?? panel?.querySelector<HTMLElement>("button"))?.focus();
}

function Choice({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const offered = usePhoneState((state) => state.codesOffered[handling.id]);
  if (!offered) return <p className="text-sm text-ink-3">{t("code.loading")}</p>;
  if (offered.length === 0) return <p className="text-sm text-ink-2">{t("code.none")}</p>;
  return (
    <div className="flex flex-col gap-2" data-first>
      <ul className="flex max-h-64 flex-col gap-1 overflow-auto">
        {offered.map((code) => (
          <li key={code.id}>
            <CodeButton
              code={code}
              isDisabled={Boolean(handling.held_at)}
              onPress={() => phone.askCode(handling.id, code.id)}
            />
          </li>
        ))}
      </ul>
      <p className="text-sm text-ink-3">{t(handling.held_at ? "code.held" : "code.help")}</p>
    </div>
  );
}

function CodeButton({ code, ...rest }: { code: CodeView; isDisabled: boolean; onPress: () => void }) {
  const { t } = useTranslation("phone");
  const digits =
    code.least === code.most
      ? t("code.digits", { most: code.most })
      : t("code.between", { least: code.least, most: code.most });
  return (
    <Button
      {...rest}
      icon={code.secret ? "lock" : "keypad"}
      className="h-auto! w-full justify-start! py-1.5!"
    >
      <span className="flex min-w-0 flex-col items-start text-left">
        <span className="foreign max-w-full truncate">{code.title}</span>
        <span className="text-sm font-normal text-ink-3">
          {digits} · {t(`code.shown_${code.shown}`)}
        </span>
      </span>
    </Button>
  );
}

const SHAPES: Record<CodeNow["state"], StateShape> = {
  asked: "waiting",
  done: "ended",
  timeout: "warn",
  too_few: "warn",
  cancelled: "offline",
  lost: "bad",
};

interface StandingProps {
  code: CodeNow;
  interaction: string;
  onClose: () => void;
}

function Standing({ code, interaction, onClose }: StandingProps) {
  const { t } = useTranslation("phone");
  const phone = usePhone();
  const types = code.state === "asked";
  return (
    <div className="flex flex-col gap-2">
      <p className="flex items-center gap-2 text-md text-ink">
        <StateSign state={SHAPES[code.state]} size={14} />
        <span className="foreign min-w-0">{t(`code.state_${code.state}`, { title: code.title })}</span>
      </p>
      <output className="h-7 text-lg text-ink tabular" aria-label={t("code.result")}>
        {types ? t("code.typed", { typed: code.typed, most: code.most }) : spaced(code)}
      </output>
      <p className="text-sm text-ink-3">
        {t(types ? (code.again ? "code.again" : "code.apart") : after(code))}
      </p>
      <div className="flex gap-2" data-first>
        {types ? (
          <Button size="sm" icon="close" onPress={() => phone.cancelCode(interaction)}>
            {t("code.cancel")}
          </Button>
        ) : (
          <Button size="sm" icon="check" onPress={onClose}>
            {t("code.read")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Digits in groups of four, those that aren't shown as dots. */
export function spaced({ digits, shown, typed }: Pick<CodeNow, "digits" | "shown" | "typed">): string {
  const hidden = shown === "last4" && digits ? "•".repeat(Math.max(0, typed - digits.length)) : "";
  return (hidden + digits).replace(/(.{4})(?=.)/g, "$1 ");
}

function after(code: CodeNow) {
  if (code.state !== "done") return "code.together" as const;
  if (code.digits) return "code.once" as const;
  return code.shown === "nothing" ? ("code.hidden" as const) : ("code.unseen" as const);
}

function useCodeAnnouncements(code: CodeNow | undefined): void {
  const { t } = useTranslation("phone");
  const words = code ? t(`code.state_${code.state}`, { title: code.title }) : "";
  useEffect(() => {
    if (words) announce(words);
  }, [words]);
}
