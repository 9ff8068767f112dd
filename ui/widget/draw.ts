import type { ComponentChild, JSX } from "preact";

/**
 * Draws the views: the part of Preact's interface that the widget uses, in a quarter of its size. (Preact itself gives
 * only the types.) Whatever changes, everything is drawn anew and compared with what is there; a customer's chat is
 * small enough. Keys are unique among siblings; a child without a key is known by its place.
 */
type Type = string | ((props: never) => unknown) | null;
type Props = Record<string, unknown>;

interface VNode {
  type: Type;
  props: Props;
}

/** The build writes a fixed class into the name: `p.strip warn`. Buttons do not submit unless they say so. */

/** What stands on the page for a node. */
interface Thing {
  type: Type;
  props: Props;
  /** Elements and texts only. */
  dom: Element | Text | undefined;
  /** By key or place. */
  kids: Map<unknown, Thing>;
  /** A component's states, refs and effects, in the order of their calls. */
  cells: Cell[];
  /** An element's handlers, by the event's name. */
  heard: Record<string, unknown>;
}

interface Cell {
  value?: unknown;
  deps?: readonly unknown[] | undefined;
  effect?: () => (() => void) | void;
  undo?: (() => void) | void;
}

interface Ref<T> {
  current: T;
}

let draw = (): void => undefined;
let due = false;
let thing: Thing;
let place = 0;
/** Effects, to be run when all is on the page, inner ones first. */
const effects: Cell[] = [];
let mine: Cell[] = [];

export const h = (type: Type, props: Props | null, ...children: unknown[]): VNode => ({
  type,
  props: { ...props, children },
});

export const Fragment = ({ children }: { children?: unknown }): JSX.Element => children as JSX.Element;

/** Draws once now and again after every `redraw`. */
export function render(node: ComponentChild, parent: ParentNode & Node): void {
  const root = blank(null, parent as Element);
  draw = () => {
    due = false;
    fill(root, [node], root.dom as Element);
    for (const cell of effects.splice(0)) {
      cell.undo?.();
      cell.undo = cell.effect!();
    }
  };
  draw();
}

/** Once for all that changes in one go. */
export function redraw(): void {
  if (!due) queueMicrotask(() => draw());
  due = true;
}

// -- hooks -----------------------------------------------------------------------------------------------------------
const cell = (start?: () => unknown): Cell => (thing.cells[place++] ??= { value: start?.() });

export function useState<T>(start: T | (() => T)): [T, (next: T | ((now: T) => T)) => void] {
  const its = cell(() => now(start, null));
  return [
    its.value as T,
    (next) => {
      const value = now(next, its.value);
      if (value !== its.value) redraw();
      its.value = value;
    },
  ];
}

const now = (value: unknown, before: unknown): unknown =>
  typeof value === "function" ? (value as (before: unknown) => unknown)(before) : value;

export function useRef<T>(start: T): Ref<T>;
export function useRef<T>(start: T | null): Ref<T | null>;
export function useRef(start: unknown): Ref<unknown> {
  return cell(() => ({ current: start })).value as Ref<unknown>;
}

/** Runs as soon as everything is on the page. */
export function useEffect(effect: () => (() => void) | void, deps?: readonly unknown[]): void {
  const its = cell();
  if (its.effect && deps?.every((dep, i) => dep === its.deps![i])) return;
  its.effect = effect;
  its.deps = deps;
  mine.push(its);
}

// -- inside ----------------------------------------------------------------------------------------------------------
const blank = (type: Type, dom?: Element | Text): Thing => ({
  type,
  props: {},
  dom,
  kids: new Map(),
  cells: [],
  heard: {},
});

/** Draws the children of a thing and returns their nodes on the page; puts them into `parent`, if given. */
function fill(of: Thing, children: unknown[], parent?: Element, svg?: boolean): Node[] {
  const before = of.kids;
  const kids = (of.kids = new Map<unknown, Thing>());
  const work: [Thing, Props][] = [];
  children.forEach((child, i) => {
    if (child == null || typeof child === "boolean" || child === "") return;
    const { type, props } = (
      Array.isArray(child)
        ? h(Fragment, null, ...(child as unknown[]))
        : typeof child === "object"
          ? child
          : { type: null, props: { text: child } }
    ) as VNode;
    const key = props.key ?? i;
    let kid = before.get(key);
    if (kid?.type === type) before.delete(key);
    else kid = blank(type);
    kids.set(key, kid);
    work.push([kid, props]);
  });
  before.forEach(remove);
  const nodes = work.flatMap(([kid, props]) => update(kid, props, svg));
  let next = parent?.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent?.insertBefore(node, next ?? null);
  }
  return nodes;
}

function update(kid: Thing, props: Props, svg?: boolean): Node[] {
  const { type, props: before } = kid;
  kid.props = props;
  if (typeof type === "function") {
    const outer = mine;
    const its: Cell[] = (mine = []);
    thing = kid;
    place = 0;
    const nodes = fill(kid, [type(props as never)].flat(), undefined, svg);
    effects.push(...its);
    mine = outer;
    return nodes;
  }
  if (!type) {
    const { text } = props;
    kid.dom ??= new Text();
    if (text !== before.text) (kid.dom as Text).data = text as string;
    return [kid.dom];
  }
  const [tag, look] = type.split(".") as [string, string?];
  svg ||= tag === "svg";
  const fresh = !kid.dom;
  const dom = (kid.dom ??= svg
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag)) as HTMLElement;
  if (fresh) {
    if (look) set(kid, dom, "class", look, "");
    if (tag === "button") set(kid, dom, "type", tag, "");
  }
  for (const name in { ...before, ...props }) set(kid, dom, name, props[name], before[name]);
  fill(kid, props.children as unknown[], dom, svg);
  if (fresh) refer(props.ref, dom);
  return [dom];
}

function set(of: Thing, dom: HTMLElement, name: string, value: unknown, before: unknown): void {
  if (name === "value" || name === "checked") {
    if ((dom as unknown as Props)[name] !== value) (dom as unknown as Props)[name] = value;
  } else if (value === before || /^(children|key|ref)$/.test(name)) return;
  else if (name === "style") Object.assign(dom.style, value);
  else if (name.startsWith("on")) {
    const event = name.slice(2).toLowerCase();
    if (!(event in of.heard))
      dom.addEventListener(event, (e) => (of.heard[event] as ((e: Event) => void) | undefined)?.(e));
    of.heard[event] = value;
  } else if (value == null || (value === false && name[4] !== "-")) dom.removeAttribute(name);
  else dom.setAttribute(name, value as string);
}

function refer(ref: unknown, dom: Element | null): void {
  if (typeof ref === "function") (ref as (dom: Element | null) => void)(dom);
  else if (ref) (ref as Ref<Element | null>).current = dom;
}

function remove(kid: Thing): void {
  for (const { undo } of kid.cells) undo?.();
  refer(kid.props.ref, null);
  kid.kids.forEach(remove);
  kid.dom?.remove();
}
