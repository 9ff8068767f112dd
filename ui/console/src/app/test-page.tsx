/** Opens the console at an address, as a browser would, against a `FakeServer`. */
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { Toasts } from "@kit/ui";
import { setLocale, startI18n } from "./i18n.ts";
import { makeRouter } from "./router.tsx";
import { queryClient } from "./session.tsx";

let started: Promise<void> | null = null;

export let router: ReturnType<typeof makeRouter>;

export async function openPage(address: string): Promise<void> {
  started ??= startI18n();
  await started;
  await setLocale("zh-CN");
  queryClient.clear();
  sessionStorage.clear();
  router = makeRouter(createMemoryHistory({ initialEntries: [address] }));
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>,
  );
}
