/** What stands in a page's place while it comes, when it fails and when there is none. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button, buttonClass, EmptyState, Spinner } from "@kit/ui";
import { Problem } from "./api.ts";

export function PagePending() {
  const { t } = useTranslation("shell");
  return (
    <div className="flex h-full min-h-40 items-center justify-center gap-2 text-md text-ink-3" role="status">
      <Spinner />
      {t("page.loading")}
    </div>
  );
}

export function PageFailed({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useTranslation("shell");
  const words = error instanceof Problem && error.title ? error.title : t("page.failed_help");
  return (
    <div className="flex h-full items-center justify-center" role="alert">
      <EmptyState
        icon="alert"
        title={t("page.failed")}
        action={
          <Button variant="primary" icon="retry" onPress={() => (reset ? reset() : location.reload())}>
            {t("page.again")}
          </Button>
        }
      >
        {words}
      </EmptyState>
    </div>
  );
}

export function NotFound() {
  const { t } = useTranslation("shell");
  return (
    <main className="flex h-full items-center justify-center">
      <EmptyState
        icon="search"
        title={t("page.not_found")}
        action={
          <Link to="/app" className={buttonClass("primary", "md")}>
            {t("page.home")}
          </Link>
        }
      >
        {t("page.not_found_help")}
      </EmptyState>
    </main>
  );
}
