/**
 * What the views need of Preact, and no more: elements, texts, keys, handlers, and refs, which hear of an element
 * once: when it is made, with all that is in it, before it has its place. There are no components with a state of their
 * own, since all of it is in `chat.ts` and `ui.ts`; Preact itself would be a fifth of what the widget may cost. The
 * views are written in JSX with Preact's types.
 */
interface Drawn {
  /** The element's name; none for a text. */
  tag: string;
  props: Record<string, unknown>;
  kids: Kid[];
  node?: Listening;
}
type Kid = Drawn | undefined;
type Drawable = Drawn | string | number | boolean | null | undefined | Drawable[];
type Handler = (event: Event) => void;
type Listening = (Element | Text) & { heard?: Record<string, Handler> };

let root: Kid[] = [];

/** What JSX becomes. What is not to be drawn keeps its place among the children. */
export function h(tag: string, props: Record<string, unknown> | null, ...drawn: Drawable[]): Drawn {
  const kids = (drawn.flat(9) as Exclude<Drawable, Drawable[]>[]).map((one) =>
    one == null || one === "" || typeof one === "boolean"
      ? undefined
      : typeof one === "object"
        ? one
        : { tag: "", props: { data: String(one) }, kids: [] },
  );
  return { tag, props: props ?? {}, kids };
}

export function render(drawn: unknown, into: Node): void {
  const now = [drawn as Drawn];
  patch(into, root, now);
  root = now;
}

/** Makes the children of a node what they are to be now. Those with keys may move, others keep their places. */
function patch(parent: Node, before: Kid[], now: Kid[]): void {
  const keyed = new Map(before.map((kid) => [kid?.props.key, kid]));
  const left = new Set(before);
  for (const [i, kid] of now.entries()) {
    if (!kid) continue;
    const { key } = kid.props;
    const old = key == null ? before[i] : keyed.get(key);
    const same = old && old.tag === kid.tag && old.props.key === key && left.delete(old) ? old : undefined;
    draw(kid, same);
  }
  left.forEach((kid) => kid?.node!.remove());
  let next = parent.firstChild;
  for (const kid of now) {
    if (!kid) continue;
    if (kid.node === next) next = next.nextSibling;
    else parent.insertBefore(kid.node!, next);
  }
}

function draw(kid: Drawn, old: Kid): void {
  const { tag, props } = kid;
  const node = (kid.node = old?.node ?? make(tag));
  const was = old?.props ?? {};
  for (const name in { ...was, ...props }) set(node, name, props[name], was[name]);
  if (tag) patch(node, old?.kids ?? [], kid.kids);
  if (!old) (props.ref as ((node: unknown) => void) | undefined)?.(node);
}

const make = (tag: string): Listening =>
  !tag
    ? new Text()
    : /svg|path/.test(tag)
      ? document.createElementNS("http://www.w3.org/2000/svg", tag)
      : document.createElement(tag);

function set(node: Listening, name: string, value: unknown, was: unknown): void {
  // What a person may have changed is compared with what is there.
  if (/^(value|checked|data)$/.test(name)) {
    const live = node as unknown as Record<string, unknown>;
    if (live[name] !== value) live[name] = value;
  } else if (value === was || name === "key" || name === "ref") return;
  else if (name.startsWith("on")) {
    const type = name.slice(2).toLowerCase();
    node.heard ??= {};
    if (!node.heard[type]) node.addEventListener(type, hear);
    node.heard[type] = value as Handler;
  } else if (name === "style") (node as HTMLElement).style.cssText = value as string;
  else if (value == null || (value === false && name[4] !== "-")) (node as Element).removeAttribute(name);
  else (node as Element).setAttribute(name, value as string);
}

function hear(this: Listening, event: Event): void {
  this.heard![event.type]?.(event);
}
