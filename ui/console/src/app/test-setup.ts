import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);
// Whole pages on a busy machine of two cores.
configure({ asyncUtilTimeout: 8_000 });

// jsdom has neither; React Aria and the lists ask for them.
class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver ??= NoObserver as unknown as typeof ResizeObserver;
globalThis.IntersectionObserver ??= NoObserver as unknown as typeof IntersectionObserver;
globalThis.CSS ??= { escape: (text: string) => text.replace(/[^\w-]/g, "\\$&") } as unknown as typeof CSS;
Element.prototype.scrollIntoView = () => {};
window.scrollTo = () => {};
