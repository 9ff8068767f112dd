/** Signing out. Whoever has open handlings is warned first: their customers would wait for nobody. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { shallowEqual, useFeed, useFeedClient, type MeData } from "@kit/feed";
import { ConfirmDialog, toast } from "@kit/ui";
import { useSession, signOut } from "./session.tsx";

const openHandlings = (data: Partial<MeData> | undefined) =>
  Object.values(data?.handlings ?? {}).map((handling) => handling.customer.name);

export interface Leaving {
  names: string[];
  isAsking: boolean;
  isLeaving: boolean;
  ask: () => void;
  stay: () => void;
  go: () => void;
}

export function useSignOut(): Leaving {
  const { t } = useTranslation("shell");
  const client = useFeedClient();
  const session = useSession();
  const navigate = useNavigate();
  const names = useFeed(session.agent ? "me" : null, openHandlings, shallowEqual);
  const [isAsking, setAsking] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const go = () => {
    setLeaving(true);
    signOut().then(
      () => {
        client.signOut();
        void navigate({ to: session.demo ? "/" : "/sign-in" });
      },
      () => {
        setLeaving(false);
        toast("bad", t("person.sign_out_failed"));
      },
    );
  };
  return {
    names,
    isAsking,
    isLeaving,
    ask: () => (names.length ? setAsking(true) : go()),
    stay: () => setAsking(false),
    go,
  };
}

export function SignOutDialog({ state }: { state: Leaving }) {
  const { t } = useTranslation("shell");
  return (
    <ConfirmDialog
      isOpen={state.isAsking}
      onClose={state.stay}
      onConfirm={state.go}
      isPending={state.isLeaving}
      title={t("person.sign_out_talking", { count: state.names.length })}
      confirm={t("person.sign_out_anyway")}
    >
      <p>{t("person.sign_out_talking_help")}</p>
      <ul className="mt-2 list-disc pl-5">
        {state.names.map((name, index) => (
          <li key={index} className="foreign">
            {name}
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}
