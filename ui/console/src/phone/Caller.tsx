/** The number that a telephone shows, and how far the network vouches for it. It is never proof of who calls. */
import { useTranslation } from "react-i18next";
import type { CallerView } from "@kit/feed";
import { Icon, type IconName } from "@kit/ui";

const signs: Partial<Record<CallerView["verstat"], [icon: IconName, colour: string]>> = {
  "TN-Validation-Passed": ["shield", "text-ok-ink"],
  "TN-Validation-Failed": ["alert", "font-medium text-bad-ink"],
};

export function Caller({ caller, className = "" }: { caller: CallerView; className?: string }) {
  const { t } = useTranslation("phone");
  const [icon, colour] = signs[caller.verstat] ?? ["info", "text-ink-3"];
  return (
    <div className={`text-sm ${className}`} data-caller={caller.verstat}>
      <p className="foreign text-ink-2 tabular">{caller.number}</p>
      <p className={`inline-flex items-center gap-1 ${colour}`}>
        <Icon name={icon} size={13} className="shrink-0" />
        {t(`caller.${caller.verstat}`)}
      </p>
    </div>
  );
}
