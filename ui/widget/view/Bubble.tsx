import { useState } from "preact/hooks";
import {
  arrowDown,
  check,
  checkDouble,
  clock as clockIcon,
  errorCircle,
  file as fileIcon,
} from "../../kit/icons/paths";
import type { Item } from "../core/timeline";
import type { FileInfo } from "../core/wire";
import { shownName } from "../page/names";
import { fill } from "../page/words";
import { clock } from "./words";
import { Avatar, Icon } from "./parts";
import { fileSize, linkify, onlyEmoji } from "./text";
import { chat, words } from "../page/now";

const WIDEST = 240;
const TALLEST = 260;
const SMALLEST = 48;

interface Props {
  item: Item;
  /** First and last of a run by the same person. */
  first: boolean;
  last: boolean;
  /** The latest of the customer's own: shows whether it was read. */
  lastOwn: boolean;
}

/** One message. Texts become text nodes, never markup. */
export function Bubble({ item, first, last, lastOwn }: Props) {
  const own = item.author === "customer";
  const name = own ? words.you : item.name || words.agent;
  const large = !item.file && onlyEmoji(item.text);
  return (
    <li class={`msg ${own ? "own" : "other"}${first ? " first" : ""}${last ? " last" : ""}`}>
      {own ? null : last ? <Avatar name={name} /> : <span class="avatar none" />}
      <div class="body">
        <span class={!own && first ? "name" : "sr"}>
          <bdi>{name}</bdi>
        </span>
        {item.file ? (
          <Attachment file={item.file} />
        ) : (
          <p class={large ? "bubble large" : "bubble"} dir="auto">
            {linkify(item.text).map((piece) =>
              piece.href ? (
                <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
                  {piece.text}
                </a>
              ) : (
                piece.text
              ),
            )}
          </p>
        )}
        {item.mark === "failed" ? <Failed item={item} /> : null}
        {last || lastOwn ? (
          <p class="meta">
            <time dateTime={new Date(item.at).toISOString()}>{clock(chat.locale, item.at)}</time>
            {own && item.mark !== "failed" ? <Mark item={item} /> : null}
          </p>
        ) : null}
      </div>
    </li>
  );
}

function Mark({ item }: { item: Item }) {
  const { session } = chat;
  const read = item.number !== null && item.number <= session.book.agentRead;
  const [d, text, kind] =
    item.mark === "sending"
      ? [clockIcon, words.sending, "sending"]
      : read
        ? [checkDouble, words.read, "read"]
        : [check, words.sent, "sent"];
  return (
    <span class={`mark ${kind}`}>
      <Icon d={d} size={14} />
      {text}
    </span>
  );
}

function Failed({ item }: { item: Item }) {
  return (
    <div class="failed">
      <p>
        <Icon d={errorCircle} size={14} />
        <span>{fill(words.failed, { why: item.error ?? "" })}</span>
      </p>
      <p class="redo">
        <button onClick={() => chat.retry(item)}>{words.retry}</button>
        <button onClick={() => chat.session.discard(item.id)}>{words.discard}</button>
      </p>
    </div>
  );
}

/** The size at which a picture is drawn, known before it is there, so that nothing jumps. */
function measure({ width, height }: FileInfo): { width: number; height: number } {
  if (!width || !height) return { width: WIDEST, height: 160 };
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return {
    width: Math.max(SMALLEST, Math.round(width * scale)),
    height: Math.max(SMALLEST, Math.round(height * scale)),
  };
}

function Attachment({ file }: { file: FileInfo }) {
  const [gone, setGone] = useState("");
  const name = shownName(file.name);
  const address = chat.address(file);
  if (file.image && address && gone === address) {
    return (
      <button class="picture gone" onClick={() => chat.session.refetch()}>
        {words.pictureGone}
      </button>
    );
  }
  if (file.image && address) {
    return (
      <a class="picture" href={address} target="_blank" rel="noopener noreferrer">
        <img
          src={address}
          alt={fill(words.picture, { name })}
          decoding="async"
          {...measure(file)}
          onError={() => setGone(address)}
        />
      </a>
    );
  }
  const inside = (
    <>
      <Icon d={fileIcon} size={22} />
      <span class="file-words">
        <b>
          <bdi>{name}</bdi>
        </b>
        <small>{fileSize(file.size)}</small>
      </span>
      {address ? (
        <>
          <span class="sr">{words.download}</span>
          <Icon d={arrowDown} size={18} />
        </>
      ) : null}
    </>
  );
  if (!address) return <div class="file">{inside}</div>;
  return (
    <a class="file" href={address} target="_blank" rel="noopener noreferrer" download={name}>
      {inside}
    </a>
  );
}
