/** After-contact work: the coded result, notes, and the time that the floor gives for it. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommand, useFeedClient, useServerNow, type HandlingView } from "@kit/feed";
import { Button, ComboBox, cx, Icon, StateSign, TextField, toast, type Option } from "@kit/ui";
import { fit, usePinyin } from "@kit/search.ts";
import { stopwatch } from "@kit/time.ts";
import { type AppCommand, useCommands } from "../app/commands.ts";
import { useShortcut } from "../app/shortcuts.ts";
import { type Disposition, dispositionsQuery } from "./data.ts";
import { wrapUps } from "./kept.ts";

/** What is written is saved this long before the floor ends the work by itself. */
const LAST_CALL_MS = 2_000;
const SOON_MS = 15_000;

export function WrapUpPanel({ handling }: { handling: HandlingView }) {
  const { t, i18n } = useTranslation("desk");
  const client = useFeedClient();
  const [kept] = useState(() => wrapUps.get(handling.id));
  const [disposition, setDisposition] = useState<string | null>(kept.disposition);
  const [text, setText] = useState(kept.text);
  const wrapUp = useCommand("WrapUp", (error) => toast("bad", error.title));
  const extend = useCommand("ExtendAfterContactWork", (error) => toast("warn", error.title));
  const query = useQuery(dispositionsQuery(handling.tenant_id));
  usePinyin(true);
  const options = useMemo(
    () => optionsOf(query.data ?? [], i18n.language === "en"),
    [query.data, i18n.language],
  );
  const panel = useRef<HTMLElement>(null);

  // Ending it took the button away that had the focus: then, and only then, the focus comes here. On a busy machine the
  // dialog may take a while to go, so it is looked for more than once.
  useEffect(() => {
    let looks = 0;
    const timer = setInterval(() => {
      if (document.activeElement === document.body) panel.current?.querySelector("input")?.focus();
      if (document.activeElement !== document.body && ++looks === 20) clearInterval(timer);
      if (panel.current?.contains(document.activeElement)) clearInterval(timer);
    }, 150);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => wrapUps.set(handling.id, { disposition, text }), [handling.id, disposition, text]);

  const submit = async () => {
    if (!disposition || wrapUp.isPending) return;
    const ack = await wrapUp.run({ interaction_id: handling.id, disposition, text: text.trim() });
    if (ack) wrapUps.forget(handling.id);
  };
  useLastCall(handling, () => {
    if (disposition) void submit();
    else if (text.trim()) {
      // Better an internal note than lost words.
      void client
        .command("AddNote", {
          contact_id: handling.contact_id,
          note_id: crypto.randomUUID(),
          text: text.trim(),
        })
        .catch(() => {});
    }
  });
  const doExtend = () => void extend.run({ interaction_id: handling.id });
  useShortcut({ keys: "Alt+KeyW" }, () => panel.current?.querySelector("input")?.focus());
  useShortcut({ keys: "Alt+KeyE" }, doExtend);
  const commands = useMemo<AppCommand[]>(
    () => [
      {
        id: "extend",
        title: "desk:commands.extend",
        group: "act",
        icon: "hourglass",
        shortcut: "Alt+E",
        run: () => void extend.run({ interaction_id: handling.id }),
      },
    ],
    [extend.run, handling.id], // eslint-disable-line react-hooks/exhaustive-deps
  );
  useCommands(commands);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void submit();
    }
  };

  return (
    // The shortcut is for the fields inside; there is nothing to press on the section itself.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section
      ref={panel}
      aria-labelledby="wrap-up"
      onKeyDown={onKeyDown}
      className="shrink-0 border-t-2 border-acw bg-acw-soft/40 p-4"
    >
      <div className="mx-auto flex max-w-3xl flex-col gap-3">
        <header className="flex items-center gap-2">
          <StateSign state="after_contact_work" size={14} />
          <h3 id="wrap-up" className="text-base font-semibold text-ink">
            {t("wrap_up.title")}
          </h3>
          <Left handling={handling} />
          <Button
            size="sm"
            icon="hourglass"
            onPress={doExtend}
            isPending={extend.isPending}
            aria-keyshortcuts="Alt+E"
            className="ml-auto"
          >
            {t("wrap_up.extend")}
          </Button>
        </header>
        <div className="grid gap-3 md:grid-cols-2 xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
          <ComboBox
            label={t("wrap_up.disposition")}
            options={options}
            value={disposition}
            onChange={setDisposition}
            placeholder={t("wrap_up.disposition_help")}
            emptyText={query.isPending ? t("wrap_up.loading") : t("wrap_up.none")}
            filter={(option, words) =>
              fit(`${option.label} ${option.id}`, words) > 0 || fit(option.detail ?? "", words) > 0
            }
          />
          <TextField
            label={t("wrap_up.text")}
            rows={2}
            value={text}
            onChange={setText}
            maxLength={4_000}
            placeholder={t("wrap_up.text_help")}
          />
        </div>
        <footer className="flex items-center justify-end gap-3">
          <span className="flex items-center gap-1 text-sm text-ink-3">
            <Icon name="info" size={14} />
            {t("wrap_up.kept")}
          </span>
          <Button
            variant="primary"
            icon="check"
            onPress={() => void submit()}
            isPending={wrapUp.isPending}
            isDisabled={!disposition}
            aria-keyshortcuts="Control+Enter"
          >
            {t("wrap_up.submit")}
          </Button>
        </footer>
      </div>
    </section>
  );
}

function optionsOf(list: readonly Disposition[], english: boolean): Option[] {
  return list.map((item) => {
    const group = english ? (item.group_en ?? item.group) : item.group;
    return {
      id: item.code,
      label: english ? item.name_en || item.name : item.name,
      ...(group ? { detail: group } : {}),
    };
  });
}

function Left({ handling }: { handling: HandlingView }) {
  const { t } = useTranslation("desk");
  const now = useServerNow(500);
  if (!handling.acw_due_at) return null;
  const left = handling.acw_due_at - now;
  const soon = left < SOON_MS;
  return (
    <>
      <span
        role="timer"
        aria-live="off"
        className={cx(
          "rounded-xs px-1.5 text-base font-semibold tabular",
          soon ? "bg-bad-soft text-bad-ink" : "text-acw-ink",
        )}
      >
        {left > 0 ? stopwatch(left) : t("wrap_up.over")}
      </span>
      <span className="sr-only" role="status">
        {soon && left > 0 ? t("wrap_up.soon") : ""}
      </span>
    </>
  );
}

/** Runs `act` once, shortly before the floor ends the work; again if the time was extended and runs out anew. */
function useLastCall(handling: HandlingView, act: () => void): void {
  const client = useFeedClient();
  const held = useRef(act);
  useEffect(() => {
    held.current = act;
  });
  const due = handling.acw_due_at ?? null;
  useEffect(() => {
    if (due === null) return;
    const timer = setTimeout(() => held.current(), Math.max(0, due - client.now() - LAST_CALL_MS));
    return () => clearTimeout(timer);
  }, [client, due]);
}
