/** Routes. Pages are loaded when they are first visited; `/app` asks for a session and leads to sign-in without one. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  type RouterHistory,
} from "@tanstack/react-router";
import { Layout } from "./Layout.tsx";
import { NotFound, PageFailed, PagePending } from "./PageStates.tsx";
import { queryClient, sessionQuery } from "./session.tsx";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageFailed });

const front = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("../front/FrontPage.tsx"), "FrontPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  // The router hands on what is not named here too: who uses it has to look at it (see SignInPage).
  validateSearch: (search): { next?: string } =>
    typeof search["next"] === "string" ? { next: search["next"] } : {},
  component: lazyRouteComponent(() => import("./SignInPage.tsx"), "SignInPage"),
});

const app = createRoute({
  getParentRoute: () => root,
  path: "/app",
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way to redirect
    if (!session) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
  component: Layout,
});

const appIndex = createRoute({
  getParentRoute: () => app,
  path: "/",
  component: lazyRouteComponent(() => import("./Home.tsx"), "Home"),
});

const desk = createRoute({
  getParentRoute: () => app,
  path: "/desk",
  validateSearch: (search): { on?: string } => (typeof search["on"] === "string" ? { on: search["on"] } : {}),
  component: lazyRouteComponent(() => import("../desk/DeskPage.tsx"), "DeskPage"),
});

/** Keeps the named search parameters that are texts (or numbers, which the router makes of digits). */
function texts<K extends string>(
  search: Record<string, unknown>,
  keys: readonly K[],
): Partial<Record<K, string | undefined>> {
  const kept: Partial<Record<K, string | undefined>> = {};
  for (const key of keys) {
    const value = search[key];
    if ((typeof value === "string" && value !== "") || typeof value === "number") kept[key] = String(value);
  }
  return kept;
}

// -- the supervisor's and administrator's pages -------------------------------------------------------------------------
const wall = createRoute({
  getParentRoute: () => app,
  path: "/wall",
  validateSearch: (search) => texts(search, ["tenant", "team", "state", "queue", "q", "tv"]),
  component: lazyRouteComponent(() => import("../wall/WallPage.tsx"), "WallPage"),
});

const contacts = createRoute({
  getParentRoute: () => app,
  path: "/contacts",
  validateSearch: (search) => texts(search, ["tenant", "queue", "agent", "from", "to", "outcome"]),
  component: lazyRouteComponent(() => import("../contacts/ContactsPage.tsx"), "ContactsPage"),
});

const trace = createRoute({
  getParentRoute: () => app,
  path: "/contacts/$id",
  component: lazyRouteComponent(() => import("../contacts/TracePage.tsx"), "TracePage"),
});

const drills = createRoute({
  getParentRoute: () => app,
  path: "/drills",
  // Which drill is open; `draft`: a new one begins with the draft of the policy.
  validateSearch: (search) => texts(search, ["tenant", "id", "draft"]),
  component: lazyRouteComponent(() => import("../drills/DrillsPage.tsx"), "DrillsPage"),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  component: lazyRouteComponent(() => import("../settings/SettingsPage.tsx"), "SettingsPage"),
});

const settingsSection = createRoute({
  getParentRoute: () => app,
  path: "/settings/$section",
  // Which item is open; `new` is one not yet made. Whose settings, where a page shows one tenant's.
  validateSearch: (search) => texts(search, ["id", "tenant"]),
  component: lazyRouteComponent(() => import("../settings/SettingsPage.tsx"), "SettingsPage"),
});

const routeTree = root.addChildren([
  front,
  signIn,
  app.addChildren([appIndex, desk, wall, contacts, trace, drills, settings, settingsSection]),
]);

/** A router over the browser's addresses, or over `history` (tests). */
export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history ? { history } : {}),
    defaultPreload: "intent",
    defaultPendingComponent: PagePending,
    defaultPendingMs: 300,
    defaultErrorComponent: PageFailed,
    scrollRestoration: history === undefined,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
