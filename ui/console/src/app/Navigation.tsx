/** The rail at the left, on phones the bar below: one place per kind of work, shown to those who may. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "@kit/ui";
import { Mark } from "./Mark.tsx";
import { hasScope, useSession } from "./session.tsx";

interface Place {
  to: "/app/desk" | "/app/wall" | "/app/contacts" | "/app/drills" | "/app/settings";
  key: "desk" | "wall" | "contacts" | "drills" | "settings";
  icon: IconName;
  scopes: string[];
}

export const PLACES: Place[] = [
  { to: "/app/desk", key: "desk", icon: "headset", scopes: ["desk.use"] },
  { to: "/app/wall", key: "wall", icon: "wall", scopes: ["wall.read"] },
  { to: "/app/contacts", key: "contacts", icon: "history", scopes: ["contact.read", "contact.read_all"] },
  { to: "/app/drills", key: "drills", icon: "drill", scopes: ["drill.run"] },
  // Everybody has at least their own page there.
  { to: "/app/settings", key: "settings", icon: "settings", scopes: [] },
];

export function usePlaces(): Place[] {
  const session = useSession();
  return PLACES.filter((place) => place.scopes.length === 0 || hasScope(session, ...place.scopes));
}

export function Navigation() {
  const { t } = useTranslation("shell");
  const places = usePlaces();
  return (
    <nav
      aria-label={t("nav.label")}
      className="flex w-16 shrink-0 flex-col items-center gap-1 border-r border-line bg-surface py-2 max-md:w-full max-md:flex-row max-md:justify-around max-md:border-t max-md:border-r-0 max-md:py-1"
    >
      <Link
        to="/app"
        aria-label={t("nav.home")}
        className="mb-2 flex size-9 items-center justify-center rounded-md max-md:hidden"
      >
        <Mark />
      </Link>
      {places.map((place) => (
        <Link
          key={place.to}
          to={place.to}
          className="flex w-14 flex-col items-center gap-0.5 rounded-md py-1.5 text-xs text-ink-2 hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent-ink"
        >
          <Icon name={place.icon} size={20} />
          {t(`nav.${place.key}`)}
        </Link>
      ))}
    </nav>
  );
}
