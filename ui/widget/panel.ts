/** What is fetched when the chat is first opened: the panel's styles. */
export { default as styles } from "./panel.css?inline";
