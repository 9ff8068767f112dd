import { useState } from "preact/hooks";
import {
  check,
  checkDouble,
  clock as clockIcon,
  download,
  errorCircle,
  file as fileIcon,
  image,
  retry,
} from "../../kit/icons/paths";
import type { Item } from "../core/timeline";
import type { FileInfo } from "../core/wire";
import type { Chat } from "../page/chat";
import { shownName } from "../page/names";
import { fill } from "../page/words";
import { clock, wordsOf } from "./words";
import { Avatar, Icon } from "./parts";
import { fileSize, linkify, onlyEmoji } from "./text";

const WIDEST = 240;
const TALLEST = 260;
const SMALLEST = 48;

interface Props {
  chat: Chat;
  item: Item;
  /** First and last of a run by the same person. */
  first: boolean;
  last: boolean;
  /** The latest of the customer's own: shows whether it was read. */
  lastOwn: boolean;
}

/** One message. Texts become text nodes, never markup. */
export function Bubble({ chat, item, first, last, lastOwn }: Props) {
  const words = wordsOf(chat);
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
          <Attachment chat={chat} file={item.file} />
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
        {item.mark === "failed" ? <Failed chat={chat} item={item} /> : null}
        {last || lastOwn ? (
          <p class="meta">
            <time dateTime={new Date(item.at).toISOString()}>{clock(chat.locale, item.at)}</time>
            {own && item.mark !== "failed" ? <Mark chat={chat} item={item} /> : null}
          </p>
        ) : null}
      </div>
    </li>
  );
}

function Mark({ chat, item }: { chat: Chat; item: Item }) {
  const { session } = chat;
  const words = wordsOf(chat);
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

function Failed({ chat, item }: { chat: Chat; item: Item }) {
  const words = wordsOf(chat);
  return (
    <div class="failed">
      <p>
        <Icon d={errorCircle} size={14} />
        <span>{fill(words.failed, { why: item.error ?? "" })}</span>
      </p>
      <p class="redo">
        <button type="button" onClick={() => chat.retry(item)}>
          {words.retry}
        </button>
        <button type="button" onClick={() => chat.session.discard(item.id)}>
          {words.discard}
        </button>
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

function Attachment({ chat, file }: { chat: Chat; file: FileInfo }) {
  const [gone, setGone] = useState("");
  const words = wordsOf(chat);
  const name = shownName(file.name);
  const address = chat.address(file);
  if (file.image && address && gone === address) {
    return (
      <button type="button" class="picture gone" onClick={() => chat.session.refetch()}>
        <Icon d={image} size={24} />
        {words.pictureGone}
        <Icon d={retry} size={16} />
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
      <Icon d={file.image ? image : fileIcon} size={22} />
      <span class="file-words">
        <b>
          <bdi>{name}</bdi>
        </b>
        <small>{fileSize(file.size)}</small>
      </span>
      {address ? (
        <>
          <span class="sr">{words.download}</span>
          <Icon d={download} size={18} />
        </>
      ) : null}
    </>
  );
  if (!address) return <div class="file">{inside}</div>;
  return (
    <a
      class="file"
      href={address}
      target="_blank"
      rel="noopener noreferrer"
      download={name}
    >
      {inside}
    </a>
  );
}
