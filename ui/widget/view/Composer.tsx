import { arrowUp, attach, close, errorCircle, file as fileIcon } from "../../kit/icons/paths";
import { MAX_TEXT } from "../core/wire";
import { draft, send as sendDraft, session, setDraft, trouble, words } from "../page/chat";
import { choose, chosen, refused, sendChosen, takeBack } from "../page/files";
import { shownName } from "../page/names";
import { turn, ui } from "../page/ui";
import { ACCEPT } from "../page/upload";
import { fill } from "../page/words";
import { icon, iconButton } from "./parts";
import { length } from "./text";

/** An input method reports its keys so (Safari: also the Enter that ends a composition). */
const IME_KEY = 229;
const TALLEST = 132;

let composing = false;
let form: HTMLFormElement | undefined;
const hold = (element: HTMLFormElement | null) => void (form = element!);
let fitted: HTMLTextAreaElement | undefined;
let fittedTo: string;

const box = () => form!.querySelector("textarea")!;

/** The box to write in, the files beside the words, and the strip that says how the connection is. */
export function Composer() {
  const open = session.open();
  const over = length(draft) - MAX_TEXT;
  const words_ = !!draft.trim();
  const ready = (words_ || !!chosen.length) && over <= 0;

  const send = (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    if (!words_ && !open) return turn({ nudge: true });
    sendChosen();
    sendDraft();
    turn({ nudge: false, stuck: true });
    box().focus();
  };
  const key = (event: KeyboardEvent) => {
    // While an input method composes, Enter takes its word; it never sends.
    if (
      event.key === "Enter" &&
      !event.shiftKey &&
      !event.isComposing &&
      !composing &&
      event.keyCode !== IME_KEY
    )
      send(event);
  };
  const paste = (event: ClipboardEvent) => {
    const { files } = event.clipboardData!;
    if (!files.length) return;
    event.preventDefault();
    choose(files);
  };
  return (
    <div class="compose">
      {Strip()}
      <form class="box" ref={hold} onSubmit={send}>
        {!!chosen.length && Chosen()}
        <textarea
          rows={1}
          dir="auto"
          value={draft}
          placeholder={
            !open ? words.askHint : session.contact!.state === "waiting" ? words.waitHint : words.talkHint
          }
          aria-label={words.message}
          aria-invalid={over > 0}
          aria-describedby="trouble"
          enterkeyhint="send"
          autocomplete="off"
          onInput={(event) => {
            ui.nudge = false;
            setDraft(event.currentTarget.value);
          }}
          onKeyDown={key}
          onPaste={paste}
          onCompositionStart={() => (composing = true)}
          onCompositionEnd={() => (composing = false)}
        />
        <div class="tools">
          {iconButton(attach, words.attach, () => form!.querySelector("input")!.click())}
          <span id="trouble" class="wrong" role="alert">
            {over > 0 ? fill(words.tooLong, over) : ui.nudge && words.needWords}
          </span>
          <button
            class={ready ? "send ready" : "send"}
            aria-label={words.send}
            title={words.send}
            disabled={!ready}
          >
            {icon(arrowUp)}
          </button>
        </div>
        <input
          type="file"
          hidden
          multiple
          accept={ACCEPT}
          onChange={({ currentTarget }) => {
            choose(currentTarget.files!);
            currentTarget.value = "";
            box().focus();
          }}
        />
      </form>
    </div>
  );
}

/** The box is as high as its words, up to a limit. */
export function fitBox(): void {
  if (!form || (fitted === box() && fittedTo === draft)) return;
  fitted = box();
  fittedTo = draft;
  fitted.style.height = "auto";
  fitted.style.height = `${Math.min(fitted.scrollHeight, TALLEST)}px`;
}

function Chosen() {
  return (
    <ul class="chosen">
      {chosen.map((one) => {
        const { preview } = one;
        const name = shownName(one.file.name);
        return (
          <li key={one.id} class={preview ? "chip pic" : "chip"} title={name}>
            {preview ? <img src={preview} alt={name} /> : [icon(fileIcon, 18), <bdi>{name}</bdi>]}
            {iconButton(close, fill(words.remove, name), () => takeBack(one), "small")}
          </li>
        );
      })}
    </ul>
  );
}

/** One line of a fixed height, so that nothing jumps when it speaks. */
function Strip() {
  const wrong = refused ? fill(words[refused.why], shownName(refused.name)) : trouble();
  const calm = wrong === words.connecting;
  const agent = !!session.typing && session.contact?.agent;
  return (
    <p class={`strip ${wrong && !calm ? (refused ? "bad" : "warn") : ""}`} role={refused && "alert"}>
      {wrong && !calm && icon(errorCircle, 14)}
      {!wrong && agent && (
        <span class="dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
      )}
      <span>{wrong || (agent && fill(words.typing, agent))}</span>
    </p>
  );
}
