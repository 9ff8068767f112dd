import { cx } from "./cx.ts";

const grounds = [
  "bg-cat-1",
  "bg-cat-2",
  "bg-cat-3",
  "bg-cat-4",
  "bg-cat-5",
  "bg-cat-6",
  "bg-cat-7",
  "bg-cat-8",
];

/** The same id has the same colour on every screen. FNV-1a, as the ids' first characters are their time. */
export function categoryOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % grounds.length;
}

/** The ground class of an id's colour: for avatars, tenants' stripes. */
export function categoryGround(id: string): string {
  return grounds[categoryOf(id)] ?? "bg-cat-1";
}

/** Two characters of a Chinese name's end, or a Western name's initials. */
export function initials(name: string): string {
  const clean = name.trim();
  if (!clean) return "?";
  if (/\p{Script=Han}/u.test(clean)) {
    const han = [...clean].filter((character) => /\p{Script=Han}/u.test(character));
    return han.slice(han.length > 2 ? -2 : 0).join("");
  }
  const words = clean.split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? "")
    .join("");
}

/** A person's mark. Decoration: the name always stands beside it. */
export function Avatar({
  id,
  name,
  size = 32,
  className,
}: {
  id: string;
  name: string;
  size?: 20 | 24 | 32 | 40;
  className?: string;
}) {
  const box = {
    20: "size-5 text-[9px]",
    24: "size-6 text-[10px]",
    32: "size-8 text-sm",
    40: "size-10 text-base",
  }[size];
  return (
    <span
      aria-hidden
      className={cx(
        "inline-flex shrink-0 items-center justify-center rounded-full font-medium text-on-cat select-none",
        box,
        categoryGround(id),
        className,
      )}
    >
      {initials(name)}
    </span>
  );
}
