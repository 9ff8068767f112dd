import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { arrowUp, attach, close, errorCircle, file as fileIcon } from "../../kit/icons/paths";
import { MAX_TEXT } from "../core/wire";
import { filesOf } from "../page/files";
import { shownName } from "../page/names";
import { ACCEPT } from "../page/upload";
import { fill } from "../page/words";
import { Icon, IconButton } from "./parts";
import { length } from "./text";
import { chat, words } from "../page/now";

/** An input method reports its keys so (Safari: also the Enter that ends a composition). */
const IME_KEY = 229;
const TALLEST = 132;

/** The box to write in, the files beside the words, and the strip that says how the connection is. */
export function Composer() {
  const box = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const composing = useRef(false);
  const [nudge, setNudge] = useState(false);
  const { session, draft } = chat;
  const files = filesOf();
  const { contact, open } = session.book;
  const over = length(draft) - MAX_TEXT;
  const something = draft.trim() !== "" || files.chosen.length > 0;

  useLayoutEffect(() => {
    const element = box.current!;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, TALLEST)}px`;
  }, [draft]);

  const send = () => {
    if (!something || over > 0) return;
    if (!draft.trim() && !open) return setNudge(true);
    setNudge(false);
    chat.send();
    box.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    // While an input method composes, Enter takes its word; it never sends.
    if (event.isComposing || composing.current || event.keyCode === IME_KEY) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (!pasted.length) return;
    event.preventDefault();
    files.choose(pasted);
  };
  const hint = !open ? words.askHint : contact?.state === "waiting" ? words.waitHint : words.talkHint;
  return (
    <div class="compose">
      <Strip />
      <form
        class="box"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {files.chosen.length ? <Chosen /> : null}
        <textarea
          ref={box}
          rows={1}
          dir="auto"
          value={draft}
          placeholder={hint}
          aria-label={words.message}
          aria-invalid={over > 0}
          aria-describedby="trouble"
          enterkeyhint="send"
          autocomplete="off"
          onInput={(event) => {
            setNudge(false);
            chat.setDraft(event.currentTarget.value);
          }}
          onKeyDown={key}
          onPaste={paste}
          onCompositionStart={() => (composing.current = true)}
          onCompositionEnd={() => (composing.current = false)}
        />
        <div class="tools">
          <IconButton d={attach} label={words.attach} onClick={() => picker.current?.click()} />
          <span id="trouble" class="wrong" role="alert">
            {over > 0 ? fill(words.tooLong, { n: over }) : nudge ? words.needWords : ""}
          </span>
          <button
            type="submit"
            class={`send${something && over <= 0 ? " ready" : ""}`}
            aria-label={words.send}
            title={words.send}
            disabled={!something || over > 0}
          >
            <Icon d={arrowUp} size={20} />
          </button>
        </div>
        <input
          ref={picker}
          type="file"
          class="hidden"
          multiple
          accept={ACCEPT}
          tabIndex={-1}
          aria-hidden="true"
          onChange={(event) => {
            files.choose(event.currentTarget.files ?? []);
            event.currentTarget.value = "";
            box.current?.focus();
          }}
        />
      </form>
    </div>
  );
}

function Chosen() {
  const files = filesOf();
  return (
    <ul class="chosen">
      {files.chosen.map(({ id, file, preview }) => {
        const name = shownName(file.name);
        return (
          <li key={id} class={preview ? "chip pic" : "chip"} title={name}>
            {preview ? <img src={preview} alt={name} /> : <Icon d={fileIcon} size={18} />}
            {preview ? null : <bdi>{name}</bdi>}
            <IconButton
              d={close}
              class="small"
              label={fill(words.remove, { name })}
              onClick={() => files.remove(id)}
            />
          </li>
        );
      })}
    </ul>
  );
}

/** One line of a fixed height, so that nothing jumps when it speaks. */
function Strip() {
  const { session, trouble } = chat;
  const files = filesOf();
  const [fault] = files.faults;
  if (fault) {
    const text = fill(words[fault.fault], { name: shownName(fault.name) });
    return (
      <p class="strip bad" role="alert">
        <Icon d={errorCircle} size={14} />
        <span>{text}</span>
      </p>
    );
  }
  if (trouble) {
    return (
      <p class={trouble === "connecting" ? "strip" : "strip warn"}>
        {trouble === "connecting" ? null : <Icon d={errorCircle} size={14} />}
        <span>{words[trouble]}</span>
      </p>
    );
  }
  const agent = session.book.contact?.agent;
  return (
    <p class="strip">
      {session.typing && agent ? (
        <>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span>{fill(words.typing, { name: agent })}</span>
        </>
      ) : null}
    </p>
  );
}
