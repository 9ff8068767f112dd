/** The person's menu: language, theme, own settings, sign-out. */
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button as AriaButton } from "react-aria-components";
import { Avatar, Icon, Menu, type MenuGroup } from "@kit/ui";
import { api } from "./api.ts";
import { LOCALES, type Locale, setLocale } from "./i18n.ts";
import { useSession } from "./session.tsx";
import { SignOutDialog, useSignOut } from "./SignOut.tsx";
import { setTheme, type Theme, useTheme } from "./theme.ts";

const LANGUAGE_NAMES: Record<Locale, string> = { "zh-CN": "简体中文", en: "English" };

/** Keeps a wish with the person; the page has it at once, and a server that can't keep it is no reason to stop. */
export function choose(wish: { locale?: Locale; theme?: Theme }): void {
  if (wish.locale) void setLocale(wish.locale);
  if (wish.theme) setTheme(wish.theme);
  api.patch("/api/me", wish).catch(() => {});
}

export function PersonMenu() {
  const { t, i18n } = useTranslation("shell");
  const { person } = useSession();
  const theme = useTheme();
  const navigate = useNavigate();
  const leaving = useSignOut();
  const groups: MenuGroup[] = [
    {
      id: "language",
      title: t("person.language"),
      entries: LOCALES.map((locale) => ({
        id: locale,
        label: LANGUAGE_NAMES[locale],
        icon: "globe",
        isSelected: i18n.language === locale,
        run: () => choose({ locale }),
      })),
    },
    {
      id: "theme",
      title: t("person.theme"),
      entries: (["system", "light", "dark"] as const).map((value) => ({
        id: value,
        label: t(`theme.${value}`),
        icon: ({ system: "contrast", light: "sun", dark: "moon" } as const)[value],
        isSelected: theme === value,
        run: () => choose({ theme: value }),
      })),
    },
    {
      id: "person",
      title: person.name,
      entries: [
        {
          id: "me",
          label: t("person.settings"),
          icon: "user",
          run: () => void navigate({ to: "/app/settings/$section", params: { section: "me" } }),
        },
        { id: "sign-out", label: t("person.sign_out"), icon: "signOut", run: leaving.ask },
      ],
    },
  ];
  return (
    <>
      <Menu
        label={t("person.menu")}
        placement="bottom end"
        groups={groups}
        trigger={
          <AriaButton className="flex h-8 items-center gap-2 rounded-full pr-1.5 text-md text-ink data-hovered:bg-sunken data-pressed:bg-pressed">
            <Avatar id={person.id} name={person.name} size={32} />
            <span className="foreign max-w-28 truncate max-xl:sr-only">{person.name}</span>
            <span className="sr-only">{t("person.menu")}</span>
            <Icon name="chevronDown" size={14} className="text-ink-3 max-md:hidden" />
          </AriaButton>
        }
      />
      <SignOutDialog state={leaving} />
    </>
  );
}
