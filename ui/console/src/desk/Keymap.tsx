/** `?`: all keys of the desk in one place; here too, whether offers sound and notify. */
import { useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Dialog, Kbd, Switch, toast } from "@kit/ui";
import { type AppCommand, useCommands } from "../app/commands.ts";
import { useShortcut } from "../app/shortcuts.ts";
import { notices, setNotices, setSound, sound } from "./ring.ts";

const KEYS: { group: string; keys: [string, string][] }[] = [
  {
    group: "offers",
    keys: [
      ["Alt+A", "accept"],
      ["Alt+R", "reject"],
      ["Alt+S", "state"],
    ],
  },
  {
    group: "handlings",
    keys: [
      ["Alt+1…9", "choose"],
      ["Alt+↑", "previous"],
      ["Alt+↓", "next"],
      ["Alt+I", "panel"],
    ],
  },
  {
    group: "conversation",
    keys: [
      ["Enter", "send"],
      ["Shift+Enter", "newline"],
      ["/", "canned"],
      ["Alt+M", "reply"],
      ["Alt+N", "note"],
      ["Alt+T", "transfer"],
      ["Alt+X", "end"],
    ],
  },
  {
    group: "call",
    keys: [
      ["Alt+M", "mute"],
      ["Alt+H", "hold"],
      ["Alt+K", "keypad"],
      ["Alt+C", "code"],
      ["Alt+T", "transfer_call"],
      ["Alt+J", "add"],
      ["Alt+P", "record"],
      ["Alt+L", "take_here"],
      ["Alt+X", "end_call"],
    ],
  },
  {
    group: "wrap_up",
    keys: [
      ["Alt+W", "disposition"],
      ["Alt+E", "extend"],
      ["Ctrl+Enter", "submit"],
    ],
  },
  {
    group: "everywhere",
    keys: [
      ["Ctrl+K", "commands"],
      ["?", "keys"],
    ],
  },
];

export function Keymap() {
  const { t } = useTranslation("desk");
  const [isOpen, setOpen] = useState(false);
  const hasSound = useSyncExternalStore(sound.watch, sound.get);
  const hasNotices = useSyncExternalStore(notices.watch, notices.get);
  useShortcut({ keys: "?" }, () => setOpen(true));
  const commands = useMemo<AppCommand[]>(
    () => [
      {
        id: "keys",
        title: "desk:commands.keys",
        group: "view",
        icon: "keyboard",
        shortcut: "?",
        run: () => setOpen(true),
      },
      {
        id: "sound",
        title: hasSound ? "desk:commands.sound_off" : "desk:commands.sound_on",
        group: "view",
        icon: hasSound ? "mute" : "sound",
        run: () => setSound(!hasSound),
      },
    ],
    [hasSound],
  );
  useCommands(commands);
  const wantNotices = async (on: boolean) => {
    if (!(await setNotices(on)) && on) toast("warn", t("keys.notices_refused"));
  };
  return (
    <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t("keys.title")} size="lg">
      <div className="columns-2 gap-8 pb-2">
        {KEYS.map(({ group, keys }) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="mb-1 text-sm font-semibold text-ink-3">{t(`keys.group_${group}`)}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div
                  key={key}
                  className="flex items-center justify-between gap-4 border-b border-line py-1.5 text-md last:border-0"
                >
                  <dt className="text-ink">{t(`keys.${what}`)}</dt>
                  <dd>
                    <Kbd keys={key} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <section className="flex flex-col gap-2 border-t border-line pt-3">
        <h3 className="text-sm font-semibold text-ink-3">{t("keys.ringing")}</h3>
        <Switch isSelected={hasSound} onChange={setSound}>
          {t("keys.sound")}
        </Switch>
        <Switch isSelected={hasNotices} onChange={(on) => void wantNotices(on)}>
          {t("keys.notices")}
        </Switch>
      </section>
    </Dialog>
  );
}
