import type { Words } from "../view/words";
import type { Chat } from "./chat";

/** There is one chat on a page: what draws it finds it here, and the words of the customer's language. */
export let chat: Chat;
export let words: Words;

export function setChat(one: Chat): void {
  chat = one;
}

/** Those of the panel come with it. */
export function setWords(some: Partial<Words>): void {
  words = some as Words;
}
