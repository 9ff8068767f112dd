import {
  Text,
  UNSTABLE_Toast as AriaToast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../icons/Icon";
import { IconButton } from "./Button.tsx";
import { cx } from "./cx.ts";

export type Tone = "info" | "ok" | "warn" | "bad";

interface Content {
  tone: Tone;
  title: string;
  detail?: string | undefined;
}

const queue = new ToastQueue<Content>({ maxVisibleToasts: 4 });
const signs: Record<Tone, { icon: IconName; className: string }> = {
  info: { icon: "info", className: "text-info-ink" },
  ok: { icon: "check", className: "text-ok-ink" },
  warn: { icon: "alert", className: "text-warn-ink" },
  bad: { icon: "errorCircle", className: "text-bad-ink" },
};

/**
 * Says something in passing. Failures stay until closed, or for `timeout` ms; the rest for 6 s (React Aria stops the
 * clock under the pointer). Returns the way to take it back, once what it tells of is no longer so.
 */
export function toast(tone: Tone, title: string, detail?: string, timeout?: number): () => void {
  const stays = tone === "bad" && timeout === undefined;
  const key = queue.add({ tone, title, detail }, stays ? {} : { timeout: timeout ?? 6_000 });
  return () => queue.close(key);
}

export function Toasts() {
  const { t } = useTranslation("shell");
  return (
    <ToastRegion
      queue={queue}
      className="fixed right-4 bottom-4 z-[var(--rx-z-toast)] flex w-80 flex-col-reverse gap-2 outline-none"
    >
      {({ toast: item }) => (
        <AriaToast
          toast={item}
          className="enter-side flex items-start gap-2 rounded-md border border-line bg-raised p-3 shadow-3 outline-none data-focus-visible:outline-2 data-focus-visible:outline-focus"
        >
          <Icon
            name={signs[item.content.tone].icon}
            className={cx("mt-px shrink-0", signs[item.content.tone].className)}
          />
          <ToastContent className="flex min-w-0 flex-1 flex-col">
            <Text slot="title" className="text-md font-medium text-ink">
              {item.content.title}
            </Text>
            {item.content.detail ? (
              <Text slot="description" className="text-sm text-ink-2">
                {item.content.detail}
              </Text>
            ) : null}
          </ToastContent>
          <IconButton slot="close" icon="close" size="sm" label={t("kit.close")} className="-my-1 -mr-1" />
        </AriaToast>
      )}
    </ToastRegion>
  );
}
