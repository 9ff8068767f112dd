/** The frame of every page behind sign-in: navigation, top bar, offers, the feed. */
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { browserWire, FeedClient, FeedProvider } from "@kit/feed";
import { OfferStack } from "../desk/OfferStack.tsx";
import { DemoRibbon } from "../front/DemoRibbon.tsx";
import { AlarmNotice } from "../phone/AlarmNotice.tsx";
import { PhoneDialogs } from "../phone/PhoneDialogs.tsx";
import { PhoneProvider } from "../phone/store.tsx";
import { SupervisionDock } from "../phone/SupervisionDock.tsx";
import { RuleCommands } from "../routing/RuleCommands.tsx";
import { Announcer } from "./announce.tsx";
import { onSignedOut } from "./api.ts";
import { CommandBar } from "./CommandBar.tsx";
import { chosenLocale, isLocale, setLocale } from "./i18n.ts";
import { Navigation } from "./Navigation.tsx";
import { queryClient, type Session, sessionQuery, useSession } from "./session.tsx";
import { TopBar } from "./TopBar.tsx";

export function Layout() {
  const session = useSession();
  // One feed per person: signing in as somebody else starts afresh.
  return <SignedIn key={session.person.id} session={session} />;
}

function useFeedOf(session: Session): FeedClient {
  const { i18n } = useTranslation();
  const [client] = useState(() => new FeedClient(browserWire(session.person.id)));
  useEffect(() => {
    client.start(session.csrf, i18n.language);
  }, [client, session.csrf, i18n.language]);
  useEffect(() => () => client.stop(), [client]);
  return client;
}

/** Goes to sign-in when the server, or another page of this browser, ended the session. */
function useLeaveWhenSignedOut(client: FeedClient): void {
  const navigate = useNavigate();
  useEffect(() => {
    const leave = () => {
      queryClient.setQueryData(sessionQuery.queryKey, null);
      void navigate({ to: "/sign-in", search: { next: location.pathname } });
    };
    const stops = [client.onSignedOut(leave), onSignedOut(leave)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, navigate]);
}

function SignedIn({ session }: { session: Session }) {
  const { t } = useTranslation("shell");
  const client = useFeedOf(session);
  useLeaveWhenSignedOut(client);
  useEffect(() => {
    if (!chosenLocale() && isLocale(session.person.locale)) void setLocale(session.person.locale);
  }, [session.person.locale]);
  const path = useRouterState({ select: (state) => state.location.pathname });

  return (
    <FeedProvider client={client}>
      <PhoneProvider>
        {" "}
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-[var(--rx-z-toast)] focus:rounded-sm focus:bg-accent focus:px-3 focus:py-1.5 focus:text-on-accent"
        >
          {t("nav.skip")}
        </a>
        <div className="flex h-full flex-col">
          {session.demo ? <DemoRibbon /> : null}
          <div className="flex min-h-0 flex-1 max-md:flex-col-reverse">
            <Navigation />
            <div className="flex min-h-0 min-w-0 flex-1 flex-col">
              <TopBar />
              <AlarmNotice />
              <main
                id="main"
                tabIndex={-1}
                key={path.split("/")[2]}
                className="min-h-0 flex-1 overflow-auto outline-none"
              >
                <Outlet />
              </main>
            </div>
          </div>
        </div>
        {session.agent ? <OfferStack /> : null}
        <SupervisionDock />
        <PhoneDialogs />
        <CommandBar />
        <RuleCommands />
        <Announcer />
      </PhoneProvider>
    </FeedProvider>
  );
}
