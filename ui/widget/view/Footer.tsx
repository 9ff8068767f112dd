import { chatText } from "../../kit/icons/paths";
import { Icon } from "./parts";
import { chat, words } from "../page/now";

/** After the end: the way to the next contact. */
export function Footer() {
  return (
    <footer class="foot">
      <button class="button soft wide" onClick={() => chat.leave()}>
        <Icon d={chatText} size={18} />
        {words.again}
      </button>
    </footer>
  );
}
