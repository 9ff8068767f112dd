/** The bar above every page: the agent's state, the way to everything (command bar), the honest sign, the person. */
import { useTranslation } from "react-i18next";
import { Button, Icon, Kbd } from "@kit/ui";
import { StateSwitch } from "../desk/StateSwitch.tsx";
import { DeviceSign, PhoneSign } from "../phone/PhoneSign.tsx";
import { openCommandBar } from "./commands.ts";
import { LiveSign } from "./LiveSign.tsx";
import { PersonMenu } from "./PersonMenu.tsx";
import { useSession } from "./session.tsx";

export function TopBar() {
  const { t } = useTranslation("shell");
  const session = useSession();
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 border-b border-line bg-surface px-3 max-md:gap-1 max-md:px-2">
      {session.agent ? <StateSwitch /> : <span className="text-md font-medium text-ink">{t("product")}</span>}
      <div className="flex min-w-0 flex-1 justify-center max-md:justify-end">
        <Button
          variant="secondary"
          onPress={openCommandBar}
          className="w-full max-w-80 max-md:shrink-0 justify-start! font-normal! text-ink-3! max-md:w-9 max-md:justify-center! max-md:px-0!"
          aria-keyshortcuts="Control+K"
        >
          <Icon name="search" size={16} />
          <span className="flex-1 truncate text-left max-md:sr-only">{t("commands.open")}</span>
          <span className="max-md:hidden">
            <Kbd keys="Ctrl+K" />
          </span>
        </Button>
      </div>
      {session.agent ? <PhoneSign /> : <DeviceSign />}
      <LiveSign />
      <PersonMenu />
    </header>
  );
}
