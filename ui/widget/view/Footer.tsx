import { chatText } from "../../kit/icons/paths";
import type { Chat } from "../page/chat";
import { Icon } from "./parts";
import { wordsOf } from "./words";

/** After the end: the way to the next contact. */
export function Footer({ chat }: { chat: Chat }) {
  return (
    <footer class="foot">
      <button type="button" class="button soft wide" onClick={() => chat.leave()}>
        <Icon d={chatText} size={18} />
        {wordsOf(chat).again}
      </button>
    </footer>
  );
}
