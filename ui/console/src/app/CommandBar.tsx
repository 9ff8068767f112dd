/** Ctrl+K: every page and act by name, in Chinese, pinyin or English, whatever the page's language. */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import {
  Dialog,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Header,
  Modal,
  ModalOverlay,
  TextField,
  Autocomplete,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import { fit, usePinyin } from "@kit/search.ts";
import { Icon, Kbd } from "@kit/ui";
import { type AppCommand, commandBarOpen, commandStore, useCommands } from "./commands.ts";
import { LOCALES, loadLocale } from "./i18n.ts";
import { usePlaces } from "./Navigation.tsx";
import { choose } from "./PersonMenu.tsx";
import { useShortcut } from "./shortcuts.ts";

const GROUPS = ["act", "state", "go", "view"] as const;

function useOwnCommands(): void {
  const navigate = useNavigate();
  const places = usePlaces();
  const list = useMemo<AppCommand[]>(
    () => [
      ...places.map((place): AppCommand => ({
        id: `go-${place.key}`,
        title: `shell:commands.go_${place.key}`,
        group: "go",
        icon: place.icon,
        run: () => void navigate({ to: place.to }),
      })),
      ...(["system", "light", "dark"] as const).map((theme): AppCommand => ({
        id: `theme-${theme}`,
        title: `shell:commands.theme_${theme}`,
        group: "view",
        icon: ({ system: "contrast", light: "sun", dark: "moon" } as const)[theme],
        run: () => choose({ theme }),
      })),
      ...LOCALES.map((locale): AppCommand => ({
        id: `locale-${locale}`,
        title: `shell:commands.locale_${locale === "en" ? "en" : "zh"}`,
        group: "view",
        icon: "globe",
        run: () => choose({ locale }),
      })),
    ],
    [navigate, places],
  );
  useCommands(list);
}

/** A command's names in all languages, the reader's first: what it is found by. */
function useNames(isOpen: boolean): (command: AppCommand) => string[] {
  const { i18n } = useTranslation();
  const [, setLoaded] = useState(0);
  useEffect(() => {
    if (isOpen) void Promise.all(LOCALES.map(loadLocale)).then(() => setLoaded((count) => count + 1));
  }, [isOpen]);
  return useCallback(
    (command) =>
      [i18n.language, ...LOCALES.filter((locale) => locale !== i18n.language)].map((locale) =>
        i18n.getFixedT(locale)(command.title, command.params),
      ),
    [i18n],
  );
}

export function CommandBar() {
  const { t } = useTranslation("shell");
  useOwnCommands();
  const isOpen = useSyncExternalStore(commandBarOpen.watch, commandBarOpen.get);
  useShortcut({ keys: "Ctrl+KeyK" }, () => commandBarOpen.set(!isOpen));
  return (
    <ModalOverlay
      isOpen={isOpen}
      onOpenChange={(open) => commandBarOpen.set(open)}
      isDismissable
      className="fixed inset-0 z-[var(--rx-z-dialog)] flex items-start justify-center bg-scrim p-4 pt-[12vh]"
    >
      <Modal className="w-full max-w-xl overflow-hidden rounded-lg border border-line bg-raised shadow-4 data-entering:enter">
        <Dialog aria-label={t("commands.open")} className="outline-none">
          <Search isOpen={isOpen} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Search({ isOpen }: { isOpen: boolean }) {
  const { t } = useTranslation("shell");
  const commands = useSyncExternalStore(commandStore.watch, commandStore.get);
  const names = useNames(isOpen);
  usePinyin(isOpen);
  const byId = new Map(commands.map((command) => [command.id, command]));
  const groups = GROUPS.map((group) => ({
    group,
    list: commands.filter((command) => command.group === group),
  })).filter(({ list }) => list.length);
  return (
    <Autocomplete filter={(text, words) => text.split("\n").some((name) => fit(name, words) > 0)}>
      <TextField
        aria-label={t("commands.search")}
        autoFocus
        className="flex items-center gap-2 border-b border-line px-4"
      >
        <Icon name="search" size={18} className="text-ink-3" />
        <Input
          placeholder={t("commands.search")}
          className="h-12 flex-1 bg-transparent text-lg text-ink outline-none placeholder:text-ink-3"
        />
        <Kbd keys="Esc" />
      </TextField>
      {/* The field keeps the focus and moves through the list; the box round it takes a stop only to scroll by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div tabIndex={0} className="max-h-[50vh] overflow-auto focus-visible:-outline-offset-2">
        <Menu
          aria-label={t("commands.open")}
          className="p-1.5 outline-none"
          renderEmptyState={() => (
            <p className="px-3 py-6 text-center text-md text-ink-3">{t("commands.none")}</p>
          )}
          onAction={(key) => {
            commandBarOpen.set(false);
            byId.get(String(key))?.run();
          }}
        >
          {groups.map(({ group, list }) => (
            <MenuSection key={group} id={group}>
              <Header className="px-2.5 pt-2 pb-1 text-sm text-ink-3">{t(`commands.group_${group}`)}</Header>
              {list.map((command) => {
                const [title = "", other = ""] = names(command);
                return (
                  <MenuItem
                    key={command.id}
                    id={command.id}
                    textValue={`${title}\n${other}`}
                    className="flex h-9 cursor-default items-center gap-2.5 rounded-sm px-2.5 text-base text-ink outline-none data-focused:bg-accent-soft data-focused:text-accent-ink"
                  >
                    <Icon name={command.icon} size={16} className="text-ink-3" />
                    <span className="truncate">{title}</span>
                    <span className="flex-1 truncate text-sm text-ink-3">{other === title ? "" : other}</span>
                    {command.shortcut ? <Kbd keys={command.shortcut} /> : null}
                  </MenuItem>
                );
              })}
            </MenuSection>
          ))}
        </Menu>
      </div>
    </Autocomplete>
  );
}
