/** `/`: what the product is, three doors into the demo, and the floor alive beneath. Not a demo: the way to sign-in. */
import { useQuery } from "@tanstack/react-query";
import { Link, Navigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "@kit/icons/Icon";
import { isLocale, setLocale } from "../app/i18n.ts";
import { sessionQuery } from "../app/session.tsx";
import { setTheme } from "../app/theme.ts";
import { useDark } from "./dark.ts";
import { demoQuery } from "./demo.ts";
import { DemoRibbon } from "./DemoRibbon.tsx";
import { Doors } from "./Doors.tsx";
import { FloorAlive } from "./FloorAlive.tsx";
import "./front.css";

export function FrontPage() {
  const { t } = useTranslation("front");
  const demo = useQuery(demoQuery);
  const title = t("title");
  useEffect(() => {
    document.title = title;
  }, [title]);

  if (demo.isPending) return <div className="min-h-full bg-canvas" aria-busy="true" />;
  if (demo.data === null) return <Navigate to="/sign-in" replace />;

  return (
    <div className="min-h-full bg-canvas">
      <a href="#doors" className="front-skip">
        {t("skip")}
      </a>
      <DemoRibbon />
      <TopBar />
      <main className="mx-auto max-w-[1200px] px-6 pb-16">
        <section className="pt-10 pb-8 text-center">
          <p className="text-sm font-semibold tracking-[0.18em] text-accent-ink">{t("eyebrow")}</p>
          <h1 className="front-headline mt-3">{t("headline")}</h1>
          <p className="front-sentence mx-auto mt-4 max-w-[46em] text-lg text-ink-2">{t("sentence")}</p>
        </section>
        <Doors />
        <FloorAlive />
      </main>
      <footer className="border-t border-line py-6 text-center text-sm text-ink-3">
        {t("footer.local")} · {t("footer.licence")}
      </footer>
    </div>
  );
}

function TopBar() {
  const { t, i18n } = useTranslation("front");
  const session = useQuery(sessionQuery);
  const other = i18n.language === "zh-CN" ? "en" : "zh-CN";
  return (
    <header className="mx-auto flex h-16 max-w-[1200px] items-center gap-3 px-6">
      <span className="flex items-center gap-2 text-lg font-semibold text-ink">
        <span className="front-mark" aria-hidden="true">
          <Icon name="headset" size={18} />
        </span>
        {t("brand")}
      </span>
      <span className="flex-1" />
      <button
        type="button"
        className="front-quiet"
        lang={other}
        onClick={() => {
          if (isLocale(other)) void setLocale(other);
        }}
      >
        {t("language")}
      </button>
      <ThemeToggle />
      {session.data ? (
        <Link to="/app" className="front-quiet">
          {t("continue", { name: session.data.person.name })}
        </Link>
      ) : (
        <Link to="/sign-in" className="front-quiet">
          {t("signIn")}
        </Link>
      )}
    </header>
  );
}

function ThemeToggle() {
  const { t } = useTranslation("front");
  const dark = useDark();
  const label = dark ? t("themeToLight") : t("themeToDark");
  return (
    <button
      type="button"
      className="front-quiet"
      aria-label={label}
      title={label}
      onClick={() => setTheme(dark ? "light" : "dark")}
    >
      <Icon name={dark ? "sun" : "moon"} />
    </button>
  );
}
