import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { I18nProvider } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Toasts } from "@kit/ui";
import { startI18n } from "./app/i18n.ts";
import { makeRouter } from "./app/router.tsx";
import { queryClient } from "./app/session.tsx";
import "./app/styles.css";

// React Aria looks for this id before it adds a <style>, which the Content-Security-Policy would refuse; styles.css has the rule.
const marker = document.createElement("meta");
marker.id = "react-aria-pressable-style";
document.head.append(marker);

const router = makeRouter();

function App() {
  const { i18n } = useTranslation();
  return (
    <I18nProvider locale={i18n.language}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </I18nProvider>
  );
}

await startI18n();
const root = document.getElementById("root");
if (!root) throw new Error("no #root in the page");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
