/** Rexian's sign: a hand-set that is also an R's bow. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--rx-accent)" />
      <path
        d="M10 23V9.5h6.5a4.25 4.25 0 0 1 0 8.5H13M16.5 18l5 5"
        fill="none"
        stroke="var(--rx-on-accent)"
        strokeWidth="2.75"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="24" cy="9" r="2" fill="var(--rx-on-accent)" />
    </svg>
  );
}
