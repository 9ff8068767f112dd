/** The feed: live views by topic, commands, the honest sign. See `react.tsx` for the hooks. */
export { browserWire, CommandRefused, FeedClient, type Ack, type Line } from "./client.ts";
export {
  FeedProvider,
  shallowEqual,
  useCommand,
  useFeed,
  useFeedClient,
  useLine,
  useServerNow,
  useTopicStatus,
  useTyping,
} from "./react.tsx";
export type * from "./wire.ts";
