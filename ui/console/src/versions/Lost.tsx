/** Somebody else saved the draft in the meantime: nothing is lost until one of the two is chosen. */
import { useTranslation } from "react-i18next";
import { Button, Notice } from "@kit/ui";

interface Props {
  draft: { takeTheirs: () => Promise<void>; overwrite: () => Promise<void> };
  /** Who it was, where that is known. */
  by?: string | undefined;
  className?: string;
}

export function Lost({ draft, by, className }: Props) {
  const { t } = useTranslation("versions");
  return (
    <Notice tone="bad" live {...(className ? { className } : {})}>
      <p>{by ?? t("lost.text")}</p>
      <div className="flex flex-wrap gap-2 pt-2">
        <Button size="sm" onPress={() => void draft.takeTheirs()}>
          {t("lost.takeTheirs")}
        </Button>
        <Button size="sm" onPress={() => void draft.overwrite()}>
          {t("lost.overwrite")}
        </Button>
      </div>
    </Notice>
  );
}
