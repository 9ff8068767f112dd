export type Locale = "zh-CN" | "en";

/** What is said before the panel is there. */
const zh = {
  launch: "在线咨询",
  openChat: "打开在线咨询",
  minimise: "收起对话窗口",
  unread: "{n} 条未读消息",
  dismiss: "关闭提示",
  agent: "客服",
  joined: "{name} 已接入，为您服务",
  requeued: "正在为您转接，请稍候",
  ended: "本次咨询已结束",
};

export type BaseWords = typeof zh;

const en: BaseWords = {
  launch: "Chat with us",
  openChat: "Open chat",
  minimise: "Minimise chat",
  unread: "{n} unread",
  dismiss: "Dismiss",
  agent: "Agent",
  joined: "{name} has joined the chat",
  requeued: "Transferring you, one moment please",
  ended: "This chat has ended",
};

export const baseWords: Record<Locale, BaseWords> = { "zh-CN": zh, en };

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
}

/** The first of these that we speak: any Chinese is zh-CN; English and all others are en. */
export function pickLocale(...wishes: (string | null | undefined)[]): Locale {
  const wish = wishes.find(Boolean) ?? "zh-CN";
  return /^zh\b/i.test(wish) ? "zh-CN" : "en";
}
