/** An agent's live call on the wall: listen, whisper, join, take over. */
import { useNavigate } from "@tanstack/react-router";
import { Button as AriaButton } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { useCommand, type WallCallView } from "@kit/feed";
import { buttonClass, Icon, Menu, type MenuEntry, Spinner, toast } from "@kit/ui";
import { hasScope, useSession } from "../app/session.tsx";
import { JOIN_ROLES, type JoinRole } from "../phone/SupervisionDock.tsx";
import { usePhoneState } from "../phone/store.tsx";
import { useVoice } from "../phone/useVoice.ts";
import type { WallAgent } from "./model.ts";

const ICONS = { listen: "ear", whisper: "chat", barge: "users" } as const;

/** Whether this person may enter calls at all. */
export function useMayJoin(): boolean {
  return hasScope(useSession(), "calls.join");
}

export function CallMenu({ agent, call }: { agent: WallAgent; call: WallCallView }) {
  const { t } = useTranslation("phone");
  const session = useSession();
  const navigate = useNavigate();
  const hasVoice = useVoice();
  const own = usePhoneState((state) => state.calls[call.interaction_id]?.role);
  const tell = (error: { title: string }) => toast("bad", error.title);
  const join = useCommand("JoinInteraction", tell);
  const takeOver = useCommand("TakeOver", tell);
  const leave = useCommand("LeaveInteraction", tell);
  const interaction_id = call.interaction_id;
  const enter = async (role: JoinRole) => {
    if (role === "listen" || (await hasVoice())) await join.run({ interaction_id, role });
  };
  const take = async () => {
    if ((await hasVoice()) && (await takeOver.run({ interaction_id })))
      await navigate({ to: "/app/desk", search: { on: interaction_id } });
  };
  const entries: MenuEntry[] = JOIN_ROLES.map((role) => ({
    id: role,
    label: t(`join.${role}`),
    detail: t(`join.${role}_help`),
    icon: ICONS[role],
    isSelected: own === role,
    run: () => void enter(role),
  }));
  if (session.agent) {
    entries.push({
      id: "take",
      label: t("join.take_over"),
      detail: t("join.take_over_help"),
      icon: "transfer",
      run: () => void take(),
    });
  }
  if (own)
    entries.push({
      id: "leave",
      label: t("join.leave"),
      icon: "close",
      run: () => void leave.run({ interaction_id }),
    });
  const isBusy = join.isPending || takeOver.isPending || leave.isPending;
  return (
    <Menu
      label={t("join.menu", { who: agent.name })}
      placement="bottom end"
      groups={[{ id: "call", title: t("join.menu", { who: agent.name }), entries }]}
      trigger={
        <AriaButton data-call={interaction_id} className={buttonClass(own ? "primary" : "secondary", "sm")}>
          {isBusy ? <Spinner size={12} /> : <Icon name={call.held ? "pause" : "phone"} size={14} />}
          {t(own ? `join.now_${own}` : call.held ? "join.held" : "join.talking")}
          <span className="sr-only">{t("join.menu", { who: agent.name })}</span>
          <Icon name="chevronDown" size={12} />
        </AriaButton>
      }
    />
  );
}
