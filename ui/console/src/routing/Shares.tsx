/** What each partner gets of a queue: percent, the least, the most at once. */
import { useTranslation } from "react-i18next";
import { Button, IconButton, NumberField, Select } from "@kit/ui";
import { Findings } from "../versions/Findings.tsx";
import { exactlyAt, findingsAt } from "../versions/findings.ts";
import { replaced, without } from "./model.ts";
import type { PanelProps } from "./QueuePanel.tsx";
import type { Share } from "./wire.ts";

const number = (value: number): number => (Number.isNaN(value) ? 0 : Math.round(value));

export function Shares({ queue, onChange, path, errors, warnings, words }: PanelProps) {
  const { t } = useTranslation("routing");
  const { shares } = queue;
  const set = (index: number, patch: Partial<Share>) => onChange({ shares: replaced(shares, index, patch) });
  const free = words.partners.find(({ id }) => !shares.some(({ partner }) => partner === id));
  const sum = shares.reduce((all, share) => all + share.percent, 0);
  return (
    <>
      {words.partners.length === 0 ? <p className="text-md text-ink-3">{t("share.noPartners")}</p> : null}
      <ol className="flex flex-col gap-3">
        {shares.map((share, index) => (
          <li key={index} className="flex flex-col gap-2 rounded-md border border-line p-3">
            <div className="flex items-end gap-2">
              <Select
                label={t("share.partner")}
                className="min-w-0 flex-1"
                value={share.partner}
                onChange={(partner) => set(index, { partner })}
                options={
                  words.partners.some(({ id }) => id === share.partner)
                    ? words.partners
                    : [...words.partners, { id: share.partner, label: words.of(share.partner) }]
                }
              />
              <IconButton
                icon="trash"
                label={t("share.remove", { name: words.of(share.partner) })}
                onPress={() => onChange({ shares: without(shares, index) })}
              />
            </div>
            <div className="grid items-start gap-3 sm:grid-cols-3">
              <NumberField
                label={t("share.percent")}
                value={share.percent}
                minValue={0}
                maxValue={100}
                onChange={(percent) => set(index, { percent: number(percent) })}
              />
              <NumberField
                label={t("share.floor")}
                value={share.floor}
                minValue={0}
                maxValue={100}
                onChange={(floor) => set(index, { floor: number(floor) })}
              />
              <NumberField
                label={t("share.ceiling")}
                help={t("share.ceilingHelp")}
                value={share.ceiling}
                minValue={0}
                maxValue={1000}
                onChange={(ceiling) => set(index, { ceiling: number(ceiling) })}
              />
            </div>
            <Findings
              errors={findingsAt(errors, `${path}.shares.${index}`)}
              warnings={findingsAt(warnings, `${path}.shares.${index}`)}
            />
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap items-center gap-3">
        <Button
          size="sm"
          icon="plus"
          isDisabled={!free}
          onPress={() => {
            if (!free) return;
            const rest = { percent: Math.max(0, 100 - sum), floor: 0, ceiling: 0 };
            onChange({ shares: [...shares, { partner: free.id, ...rest }] });
          }}
        >
          {t("share.add")}
        </Button>
        {shares.length > 0 ? (
          <span className="tabular text-md text-ink-2">
            {t("share.sum", { percent: sum, rest: Math.max(0, 100 - sum) })}
          </span>
        ) : null}
      </div>
      <Findings
        errors={exactlyAt(errors, `${path}.shares`)}
        warnings={exactlyAt(warnings, `${path}.shares`)}
      />
    </>
  );
}
