/** `/app/desk`: the agent's handlings, the conversation, the customer. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useTopicStatus } from "@kit/feed";
import { Button, EmptyState, Notice } from "@kit/ui";
import { useCommand } from "@kit/feed";
import { type AppCommand, useCommands } from "../app/commands.ts";
import { PagePending } from "../app/PageStates.tsx";
import { useSession } from "../app/session.tsx";
import { readiness } from "../phone/model.ts";
import { PhoneNotice } from "../phone/PhoneNotice.tsx";
import { usePhone, usePhoneState, useTakesCalls } from "../phone/store.tsx";
import { couldNotRing } from "../phone/useProof.ts";
import { useShortcut } from "../app/shortcuts.ts";
import { useTitle } from "../app/title.ts";
import { Conversation } from "./Conversation.tsx";
import { CustomerPanel } from "./CustomerPanel.tsx";
import { HandlingList } from "./HandlingList.tsx";
import { Keymap } from "./Keymap.tsx";
import { nextSelection } from "./model.ts";
import { useAgent, useHandlings } from "./useMe.ts";
import { usePanel } from "./usePanel.ts";

export function DeskPage() {
  const { t } = useTranslation("desk");
  const session = useSession();
  useTitle(t("title"));
  if (!session.agent) {
    return (
      <div className="p-8">
        <h1 className="sr-only">{t("title")}</h1>
        <EmptyState icon="headset" title={t("not_agent.title")}>
          {t("not_agent.help")}
        </EmptyState>
      </div>
    );
  }
  return <Desk />;
}

/** The chosen handling: from the address, kept sensible when it goes. */
function useSelection(ids: string[]): [string | null, (id: string) => void] {
  const { on } = useSearch({ from: "/app/desk" });
  const navigate = useNavigate();
  const [state, setState] = useState<{ ids: string[]; selected: string | null }>({
    ids,
    selected: on ?? null,
  });
  const selected = nextSelection(state.ids, ids, on !== undefined && ids.includes(on) ? on : state.selected);
  // Remembered while rendering: the list before this one tells which neighbour takes a gone one's place.
  if (selected !== state.selected || ids.join() !== state.ids.join()) setState({ ids, selected });
  const choose = useCallback(
    (id: string) => void navigate({ to: "/app/desk", search: { on: id }, replace: true }),
    [navigate],
  );
  useEffect(() => {
    if (selected !== null && selected !== on) choose(selected);
  }, [selected, on, choose]);
  return [selected, choose];
}

function Desk() {
  const { t } = useTranslation("desk");
  const handlings = useHandlings();
  const status = useTopicStatus("me");
  const ids = handlings.map((handling) => handling.id);
  const [selected, choose] = useSelection(ids);
  const current = handlings.find((handling) => handling.id === selected);
  const panel = usePanel();
  const place = useRef<HTMLDivElement>(null);
  useDeskKeys(ids, selected, choose, panel.toggle);
  useFocusAfterLoss(place, `${selected} ${current?.state}`);

  return (
    <div className="flex h-full min-h-0 max-md:flex-col">
      <h1 className="sr-only">{t("title")}</h1>
      <HandlingList handlings={handlings} selected={selected} onSelect={choose} isReady={status.ready} />
      <div ref={place} className="flex min-h-0 min-w-0 flex-1 flex-col bg-surface">
        <SystemNotReady />
        <PhoneNotice />
        {status.refused ? (
          <Notice tone="bad" className="m-4">
            {t("refused")}
          </Notice>
        ) : !status.ready ? (
          <PagePending />
        ) : current ? (
          <Conversation key={current.id} handling={current} panel={panel} />
        ) : (
          <Idle />
        )}
      </div>
      {current && panel.isOpen ? <CustomerPanel key={current.contact_id} handling={current} /> : null}
      <Keymap />
    </div>
  );
}

/** When what had the focus is gone with its handling, the focus goes to what is shown instead. */
function useFocusAfterLoss(placeRef: React.RefObject<HTMLDivElement | null>, shown: string): void {
  const had = useRef(false);
  useEffect(() => {
    const watch = () => {
      if (document.activeElement !== document.body)
        had.current = Boolean(placeRef.current?.contains(document.activeElement));
    };
    document.addEventListener("focusin", watch);
    return () => document.removeEventListener("focusin", watch);
  }, [placeRef]);
  useEffect(() => {
    if (!had.current || document.activeElement !== document.body) return;
    const target =
      placeRef.current?.querySelector<HTMLElement>("textarea, [data-focus-home]") ??
      document.getElementById("main");
    target?.focus({ preventScroll: true });
  }, [placeRef, shown]);
}

function useDeskKeys(
  ids: string[],
  selected: string | null,
  choose: (id: string) => void,
  togglePanel: () => void,
): void {
  const step = (by: number) => {
    const at = selected === null ? -1 : ids.indexOf(selected);
    const next = ids[(at + by + ids.length) % ids.length];
    if (next) choose(next);
  };
  useShortcut({ keys: "Alt+ArrowDown" }, ids.length ? () => step(1) : undefined);
  useShortcut({ keys: "Alt+ArrowUp" }, ids.length ? () => step(-1) : undefined);
  useShortcut({ keys: "Alt+KeyI" }, togglePanel);
  const digits = useRef({ ids, choose });
  useEffect(() => {
    digits.current = { ids, choose };
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
      if (!digit || !event.altKey || event.ctrlKey || event.metaKey) return;
      const id = digits.current.ids[Number(digit) - 1];
      if (!id) return;
      event.preventDefault();
      digits.current.choose(id);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  const commands = useMemo<AppCommand[]>(
    () => [
      {
        id: "panel",
        title: "desk:commands.panel",
        group: "view",
        icon: "sidebar",
        shortcut: "Alt+I",
        run: togglePanel,
      },
    ],
    [togglePanel],
  );
  useCommands(commands);
}

/** The floor made the agent not ready: say why, offer the way back. */
function SystemNotReady() {
  const { t } = useTranslation("desk");
  const agent = useAgent();
  const setState = useCommand("SetAgentState");
  const isMute = useSyncExternalStore(couldNotRing.watch, couldNotRing.get);
  if (
    !agent?.by_system ||
    agent.state !== "not_ready" ||
    !["no_answer", "unresponsive", "disconnected"].includes(agent.reason ?? "")
  )
    return null;
  return (
    <Notice
      tone="warn"
      live
      className="m-3 mb-0 items-center"
      action={
        <Button
          size="sm"
          isPending={setState.isPending}
          onPress={() => void setState.run({ state: "available", reason: null })}
        >
          {t("state.back")}
        </Button>
      }
    >
      {t(
        // The page is well, but a call could not ring in it: the notice below says what helps.
        agent.reason === "unresponsive" && isMute
          ? "state.by_system_mute"
          : `state.by_system_${agent.reason}`,
      )}
    </Notice>
  );
}

/** Nothing to handle: what state one is in and what that means. */
function Idle() {
  const { t } = useTranslation("desk");
  const agent = useAgent();
  const setState = useCommand("SetAgentState");
  const phone = usePhone();
  const takesCalls = useTakesCalls();
  const asksMicrophone = usePhoneState(readiness) === "ask" && takesCalls;
  const isReady = agent?.state === "available";
  const [asking, setAsking] = useState(false);
  const start = async () => {
    // The one click that says "I'm here" is the moment at which the browser's question makes sense. Available only
    // afterwards, whatever the answer: a call that rang meanwhile could not be taken.
    if (asksMicrophone) {
      setAsking(true);
      await phone.devices.prove();
      setAsking(false);
    }
    await setState.run({ state: "available", reason: null });
  };
  return (
    <div className="flex flex-1 items-center justify-center outline-none" tabIndex={-1} data-focus-home>
      <EmptyState
        icon={isReady ? "headset" : "coffee"}
        title={t(isReady ? "idle.ready" : "idle.not_ready")}
        action={
          isReady ? null : (
            <Button
              variant="primary"
              size="lg"
              isPending={asking || setState.isPending}
              onPress={() => void start()}
            >
              {t("idle.start")}
            </Button>
          )
        }
      >
        {t(isReady ? "idle.ready_help" : "idle.not_ready_help")}
        {!isReady && asksMicrophone ? <span className="block">{t("idle.microphone_help")}</span> : null}
      </EmptyState>
    </div>
  );
}
