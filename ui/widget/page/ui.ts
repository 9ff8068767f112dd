import type { Item } from "../core/ports";
import { changed } from "./chat";

/** So many messages are drawn at first, and added for each "earlier". */
export const PAGE = 60;

/** What only the open panel knows; it begins anew with each opening and each contact. */
interface Ui {
  /** Which contact is shown. */
  what: string;
  /** Only earlier contacts are shown, to look at. */
  history: boolean;
  /** The question whether to end the contact is asked. */
  confirming: boolean;
  menuOpen: boolean;
  /** Files are held over the panel: so many elements deep. */
  dragging: number;
  /** The first words are asked for. */
  nudge: boolean;
  /** So many messages are drawn. */
  many: number;
  /** The end of the stream stays in view. */
  stuck: boolean;
  /** There is something new below. */
  fresh: boolean;
  newest: Item | undefined;
  /** The stream's place, and its height before older messages came in above, px. */
  scrolled: number;
  heightBefore: number;
  score: number;
  /** The star under the pointer. */
  starOver: number;
  comment: string;
}

const anew = (history: boolean, what: string): Ui => ({
  what,
  history,
  confirming: false,
  menuOpen: false,
  dragging: 0,
  nudge: false,
  many: PAGE,
  stuck: true,
  fresh: false,
  newest: undefined,
  scrolled: 0,
  heightBefore: 0,
  score: 0,
  starOver: 0,
  comment: "",
});

export let ui = anew(false, "");

export function startAnew(history = false, what = ""): void {
  ui = anew(history, what);
}

export function turn(change: Partial<Ui>): void {
  Object.assign(ui, change);
  changed();
}
