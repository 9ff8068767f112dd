/** The feed: live views by topic, commands, the honest sign. See `react.tsx` for the hooks. */
export { CommandRefused, FeedClient, type Ack, type Line } from "./client.ts";
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
export { browserWire } from "./ways.ts";
export type * from "./wire.ts";
