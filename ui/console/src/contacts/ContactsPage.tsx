import { useTranslation } from "react-i18next";
import { EmptyState } from "@kit/ui";

export function ContactsPage() {
  const { t } = useTranslation("shell");
  return <EmptyState icon="info" title={t("page.loading")} />;
}
