/**
 * Shapes for states, filled, on a 16 px grid: a state is told by shape as well as by colour and word, so that it
 * reads in greyscale and to colour-blind eyes. Draw with `fill="currentColor"` and `fill-rule="evenodd"`, and set the
 * colour to `var(--rx-state-…)`.
 */
export const stateShapes = {
  /** Filled disc. */
  available: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z",
  /** Bell: it rings. */
  offered:
    "M8 1.5c-2.6 0-4.4 1.9-4.4 4.5v3L2.2 11v1h11.6v-1L12.4 9V6c0-2.6-1.8-4.5-4.4-4.5zM6.3 13h3.4a1.7 1.7 0 0 1-3.4 0z",
  /** Speech bubble. */
  engaged:
    "M3.5 2.5h9A1.5 1.5 0 0 1 14 4v6a1.5 1.5 0 0 1-1.5 1.5H8L4.5 14.3v-2.8h-1A1.5 1.5 0 0 1 2 10V4a1.5 1.5 0 0 1 1.5-1.5z",
  /** Pencil: writing up. */
  after_contact_work: "M2.3 13.7l.7-3.5 7.7-7.7a1.5 1.5 0 0 1 2.1 0l.7.7a1.5 1.5 0 0 1 0 2.1L5.8 13z",
  /** Ring with a bar: no entry. */
  not_ready: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM4.9 7.1a.9.9 0 0 0 0 1.8h6.2a.9.9 0 0 0 0-1.8z",
  /** Hollow ring. */
  offline: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zm0 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  /** Hourglass. */
  waiting:
    "M3.5 1.5h9v1.8c0 2-1.3 3.3-3 4.7 1.7 1.4 3 2.7 3 4.7v1.8h-9v-1.8c0-2 1.3-3.3 3-4.7-1.7-1.4-3-2.7-3-4.7z",
  /** Speech bubble, as engaged: for interactions the same thing. */
  talking:
    "M3.5 2.5h9A1.5 1.5 0 0 1 14 4v6a1.5 1.5 0 0 1-1.5 1.5H8L4.5 14.3v-2.8h-1A1.5 1.5 0 0 1 2 10V4a1.5 1.5 0 0 1 1.5-1.5z",
  /** Telephone handset: talking by voice. */
  calling:
    "M4.8 1.7H2.9A1.4 1.4 0 0 0 1.5 3.3C2 9.1 6.9 14 12.7 14.5A1.4 1.4 0 0 0 14.3 13.1v-1.9l-3.5-1.4-1.4 1.7c-2.1-1-4-2.9-5-5l1.7-1.3z",
  /** Tick in a square. */
  ended:
    "M4 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm7.9 3.7l-1.2-1.2-3.9 4.1-1.7-1.7-1.2 1.2 2.9 2.9z",
  /** Triangle with a stroke: warning. */
  warn: "M8 1.5L15 14H1zM7.2 6v4h1.6V6zm0 5v1.6h1.6V11z",
  /** Octagon with a stroke: failure, danger. */
  bad: "M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5zM7.2 4.5v4.5h1.6V4.5zm0 5.7v1.6h1.6v-1.6z",
} as const;

export type StateShape = keyof typeof stateShapes;
