/** Where a key leads. */
import { useTranslation } from "react-i18next";
import { Select } from "@kit/ui";
import type { Editor } from "./editor.ts";
import { targetOf } from "./model.ts";
import { type Target, type TargetKind, TARGETS } from "./wire.ts";

interface Props {
  editor: Editor;
  label: string;
  to: Target;
  onChange: (to: Target) => void;
  kinds?: readonly TargetKind[];
}

export function TargetField({ editor, label, to, onChange, kinds = TARGETS }: Props) {
  const { t } = useTranslation("reception");
  const { flow, queues } = editor;
  const menus = flow.menus.map(({ id, name }) => ({ id, label: name || id }));
  return (
    <div className="grid grid-cols-2 gap-2">
      <Select
        hideLabel
        label={label}
        isDisabled={!editor.mayEdit}
        value={to.kind}
        onChange={(kind) =>
          onChange(
            targetOf(kind, {
              ...(kind === "queue" ? { queue_id: to.queue_id || (queues[0]?.id ?? "") } : {}),
              ...(kind === "menu" ? { menu: to.menu || (menus[0]?.id ?? "") } : {}),
              ...(kind === "language" ? { locale: "en" as const } : {}),
              attributes: kind === "queue" ? to.attributes : {},
            }),
          )
        }
        options={kinds.map((id) => ({ id, label: t(`target.${id}`) }))}
      />
      {to.kind === "queue" ? (
        <Select
          hideLabel
          label={t("target.whichQueue")}
          isDisabled={!editor.mayEdit}
          value={to.queue_id || null}
          onChange={(queue_id) => onChange({ ...to, queue_id })}
          options={queues}
        />
      ) : null}
      {to.kind === "menu" ? (
        <Select
          hideLabel
          label={t("target.whichMenu")}
          isDisabled={!editor.mayEdit}
          value={to.menu || null}
          onChange={(menu) => onChange({ ...to, menu })}
          options={menus}
        />
      ) : null}
      {to.kind === "language" ? (
        <Select
          hideLabel
          label={t("target.whichLanguage")}
          isDisabled={!editor.mayEdit}
          value={to.locale || null}
          onChange={(locale) => onChange({ ...to, locale })}
          options={(["zh-CN", "en"] as const).map((id) => ({ id, label: t(`language.${id}`) }))}
        />
      ) : null}
    </div>
  );
}
