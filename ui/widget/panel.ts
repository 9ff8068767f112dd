/** What is fetched when the chat is first opened: the panel and its styles. */
export { drawn, Panel } from "./view/Panel";
export { default as styles } from "./panel.css?inline";
