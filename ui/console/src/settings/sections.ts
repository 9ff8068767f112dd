/** The sections of the settings, in their groups, with the scopes that each takes. Pages are loaded when first visited. */
import { type ComponentType, lazy, type LazyExoticComponent } from "react";
import type { IconName } from "@kit/ui";
import { hasScope, type Session } from "../app/session.tsx";

type Page = LazyExoticComponent<ComponentType>;

const page = (load: () => Promise<ComponentType>): Page => lazy(async () => ({ default: await load() }));

export const SECTION_IDS = [
  "queues",
  "routing",
  "reception",
  "numbers",
  "hours",
  "sites",
  "people",
  "teams",
  "skills",
  "canned",
  "dispositions",
  "recordings",
  "tokens",
  "webhooks",
  "companies",
  "audit",
  "me",
] as const;
export type SectionId = (typeof SECTION_IDS)[number];

export interface Section {
  id: SectionId;
  group: "service" | "people" | "words" | "links" | "own";
  icon: IconName;
  /** All of them are needed. */
  scopes: string[];
  page: Page;
}

export const SECTIONS: Section[] = [
  {
    id: "queues",
    group: "service",
    icon: "queue",
    scopes: ["settings.read", "queue.read"],
    page: page(async () => (await import("./QueuesPage.tsx")).QueuesPage),
  },
  {
    id: "routing",
    group: "service",
    icon: "route",
    scopes: ["settings.read", "routing.read"],
    page: page(async () => (await import("../routing/RoutingPage.tsx")).RoutingPage),
  },
  {
    id: "reception",
    group: "service",
    icon: "headset",
    scopes: ["settings.read", "queue.read"],
    page: page(async () => (await import("../reception/ReceptionPage.tsx")).ReceptionPage),
  },
  {
    id: "numbers",
    group: "service",
    icon: "phone",
    scopes: ["settings.read"],
    page: page(async () => (await import("./NumbersPage.tsx")).NumbersPage),
  },
  {
    id: "hours",
    group: "service",
    icon: "clock",
    scopes: ["settings.read", "queue.read"],
    page: page(async () => (await import("./HoursPage.tsx")).HoursPage),
  },
  {
    id: "sites",
    group: "service",
    icon: "globe",
    scopes: ["settings.read"],
    page: page(async () => (await import("./SitesPage.tsx")).SitesPage),
  },
  {
    id: "people",
    group: "people",
    icon: "users",
    scopes: ["settings.read", "people.read"],
    page: page(async () => (await import("./PeoplePage.tsx")).PeoplePage),
  },
  {
    id: "teams",
    group: "people",
    icon: "team",
    scopes: ["settings.read", "people.read"],
    page: page(async () => (await import("./TeamsPage.tsx")).TeamsPage),
  },
  {
    id: "skills",
    group: "people",
    icon: "skill",
    scopes: ["settings.read", "queue.read"],
    page: page(async () => (await import("./SkillsPage.tsx")).SkillsPage),
  },
  {
    id: "canned",
    group: "words",
    icon: "canned",
    scopes: ["settings.read", "queue.read"],
    page: page(async () => (await import("./CannedPage.tsx")).CannedPage),
  },
  {
    id: "dispositions",
    group: "words",
    icon: "disposition",
    scopes: ["settings.read", "queue.read"],
    page: page(async () => (await import("./DispositionsPage.tsx")).DispositionsPage),
  },
  {
    id: "recordings",
    group: "service",
    icon: "sound",
    scopes: ["settings.read"],
    page: page(async () => (await import("../recordings/RulePage.tsx")).RulePage),
  },
  {
    id: "tokens",
    group: "links",
    icon: "key",
    scopes: ["token.write"],
    page: page(async () => (await import("./TokensPage.tsx")).TokensPage),
  },
  {
    id: "webhooks",
    group: "links",
    icon: "webhook",
    scopes: ["webhook.write"],
    page: page(async () => (await import("./WebhooksPage.tsx")).WebhooksPage),
  },
  {
    id: "companies",
    group: "service",
    icon: "home",
    scopes: ["settings.write"],
    page: page(async () => (await import("./TenantsPage.tsx")).TenantsPage),
  },
  {
    id: "audit",
    group: "links",
    icon: "audit",
    scopes: ["audit.read"],
    page: page(async () => (await import("./AuditPage.tsx")).AuditPage),
  },
  {
    id: "me",
    group: "own",
    icon: "user",
    scopes: [],
    page: page(async () => (await import("./MePage.tsx")).MePage),
  },
];

export function sectionsFor(session: Pick<Session, "scopes">): Section[] {
  return SECTIONS.filter(({ scopes }) => scopes.every((scope) => hasScope(session as Session, scope)));
}
