/** Keeps Tab inside an element. */
export function trap(event: KeyboardEvent, inside: HTMLElement): void {
  if (event.key !== "Tab") return;
  const stops = [
    ...inside.querySelectorAll<HTMLElement>("a[href],button:enabled,textarea,input,[tabindex='0']"),
  ].filter((one) => one.offsetParent);
  const [first] = stops;
  const last = stops.at(-1);
  const now = (inside.getRootNode() as ShadowRoot).activeElement;
  if (event.shiftKey ? now !== first && now !== inside : now !== last) return;
  event.preventDefault();
  (event.shiftKey ? last : first)!.focus();
}
