import {
  arrowDown,
  check,
  checkDouble,
  clock as clockIcon,
  close,
  errorCircle,
  file as fileIcon,
} from "../../kit/icons/paths";
import type { Item } from "../core/ports";
import type { FileInfo } from "../core/wire";
import { changed, locale, options, retry, session, words } from "../page/chat";
import { again, previews, takeBack, type Chosen } from "../page/files";
import { shownName } from "../page/names";
import { fill } from "../page/words";
import { avatar, icon, iconButton } from "./parts";
import { fileSize, linkify, onlyEmoji, webAddress } from "./text";
import { clock } from "./words";

const WIDEST = 240;
const TALLEST = 260;
const SMALLEST = 48;

/** Addresses of pictures that the server does not give any more. */
const gone = new Set<string>();

/**
 * One message. Texts become text nodes, never markup. `first` and `last` of a run by the same person; `lastOwn` is the
 * latest of the customer's own: shows whether it was read.
 */
export function Bubble(item: Item, first: boolean, last: boolean, lastOwn: boolean) {
  const own = item.author === "customer";
  const name = own ? words.you : item.name || words.agent;
  const text = item.text ?? "";
  return (
    <li key={item.id} class={`msg ${own ? "own" : "other"}${first ? " first" : ""}${last ? " last" : ""}`}>
      {!own && avatar(name, last ? "" : "none")}
      <div class="body">
        <span class={!own && first ? "name" : "sr"}>
          <bdi>{name}</bdi>
        </span>
        {item.file ? (
          Attachment(item.file)
        ) : (
          <p class={onlyEmoji(text) ? "bubble emoji" : "bubble"} dir="auto">
            {linkify(text).map(({ href, text }) =>
              href ? (
                <a href={href} target="_blank" rel="noopener noreferrer nofollow">
                  {text}
                </a>
              ) : (
                text
              ),
            )}
          </p>
        )}
        {item.mark === "failed" &&
          Failed(
            fill(words.failed, item.error ?? ""),
            () => retry(item),
            () => session.discard(item.id),
          )}
        {(last || lastOwn) && (
          <p class="meta">
            <time dateTime={new Date(item.at).toISOString()}>{clock(locale, item.at)}</time>
            {own && item.mark !== "failed" && Mark(item)}
          </p>
        )}
      </div>
    </li>
  );
}

function Mark({ mark, number }: Item) {
  const [kind, d, text] =
    mark === "sending"
      ? [mark, clockIcon, words.sending]
      : number! <= session.agentRead
        ? ["read", checkDouble, words.read]
        : ["sent", check, words.sent];
  return (
    <span class={`mark ${kind}`}>
      {icon(d, 14)}
      {text}
    </span>
  );
}

function Failed(why: string, again: () => void, discard?: () => void) {
  return (
    <div class="failed" role="alert">
      <p>
        {icon(errorCircle, 14)}
        <span>{why}</span>
      </p>
      <p>
        <button onClick={again}>{words.retry}</button>
        {discard && <button onClick={discard}>{words.discard}</button>}
      </p>
    </div>
  );
}

/** The size at which a picture is drawn, known before it is there, so that nothing jumps. */
function measure({ width, height }: FileInfo) {
  if (!width || !height) return { width: WIDEST, height: 160 };
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  const drawn = (size: number) => Math.max(SMALLEST, Math.round(size * scale));
  return { width: drawn(width), height: drawn(height) };
}

function Attachment(file: FileInfo) {
  const name = shownName(file.name);
  // A picture that is still in this page's memory, or where the server has it.
  const address = file.url ? webAddress(file.url, options.origin) : file.image && previews.get(file.id);
  if (file.image && address) {
    if (gone.has(address))
      return (
        <button class="picture gone" onClick={session.refetch}>
          {words.pictureGone}
        </button>
      );
    return (
      <a class="picture" href={address} target="_blank" rel="noopener noreferrer">
        <img
          src={address}
          alt={fill(words.picture, name)}
          decoding="async"
          {...measure(file)}
          onError={() => {
            gone.add(address);
            changed();
          }}
        />
      </a>
    );
  }
  const inside = [
    icon(fileIcon, 22),
    named(name, fileSize(file.size)),
    address && <span class="sr">{words.download}</span>,
    address && icon(arrowDown, 18),
  ];
  if (!address) return <div class="file">{inside}</div>;
  return (
    <a class="file" href={address} target="_blank" rel="noopener noreferrer" download={name}>
      {inside}
    </a>
  );
}

const named = (name: string, more: string, bar?: unknown) => (
  <span class="grow">
    <b>
      <bdi>{name}</bdi>
    </b>
    <small>{more}</small>
    {bar}
  </span>
);

/** A file on its way up, with how far it has come, or why it did not. */
export function Uploading(upload: Chosen) {
  const { file, part, preview, why } = upload;
  const name = shownName(file.name);
  const percent = Math.round(part * 100);
  return (
    <li key={upload.id} class="msg own first last">
      <div class="body">
        <div class="file up">
          {preview ? <img class="thumb" src={preview} alt="" /> : icon(fileIcon, 22)}
          {named(
            name,
            why ? fileSize(file.size) : fill(words.uploading, percent),
            !why && (
              <span
                class="bar"
                role="progressbar"
                aria-label={name}
                aria-valuemin={0}
                aria-valuemax={100}
                aria-valuenow={percent}
              >
                <i style={`width:${percent}%`} />
              </span>
            ),
          )}
          {iconButton(close, fill(words.remove, name), () => takeBack(upload), "small")}
        </div>
        {why && Failed(fill(words[why], name), () => again(upload))}
      </div>
    </li>
  );
}
