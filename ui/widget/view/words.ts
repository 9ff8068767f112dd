import type { Chat } from "../page/chat";
import { baseWords, fill, type BaseWords, type Locale } from "../page/words";

const zh = {
  panel: "在线咨询",
  serving: "服务中",
  resting: "休息中",
  human: "每一次咨询都由真人接待，不用和机器人兜圈子。",
  topics: "请问您想咨询哪方面？",
  history: "历史咨询",
  back: "返回",
  askHint: "请描述您遇到的问题…",
  waitHint: "可以先补充说明，客服接入就能看到",
  talkHint: "输入消息…",
  message: "消息内容",
  send: "发送",
  needWords: "请先用一句话说明您的问题",
  finding: "正在为您转接人工客服",
  next: "您是下一位",
  ahead: "您前面还有 {n} 位",
  waitUnknown: "正在估算等待时间",
  waitShort: "预计不到 1 分钟",
  waitAbout: "预计约 {a} 分钟",
  waitRange: "预计 {a}–{b} 分钟",
  waitLong: "预计 1 小时以上",
  keepPlace: "刷新页面也会保留您的位置",
  you: "您",
  talking: "人工客服，正在为您服务",
  waiting: "正在排队",
  over: "咨询已结束",
  endedByYou: "您结束了本次咨询",
  endedByAgent: "客服结束了本次咨询",
  typing: "{name}正在输入",
  offline: "网络已断开，恢复后会自动发送",
  reconnecting: "连接中断，正在重新连接，您的消息不会丢失",
  degraded: "系统繁忙，消息可能稍慢，但不会丢失",
  connecting: "正在连接…",
  sending: "发送中",
  sent: "已送达",
  read: "已读",
  failed: "未发送：{why}",
  retry: "重新发送",
  discard: "删除",
  attach: "添加图片或文件",
  drop: "松开鼠标，添加到对话",
  remove: "移除 {name}",
  uploading: "正在上传 {n}%",
  too_big: "“{name}”超过 20 MB，没法发送",
  kind: "“{name}”的格式暂不支持。可以发送图片、PDF、Word、Excel、文本、MP3 和 MP4",
  empty: "“{name}”是空文件",
  full: "暂时无法保存文件，请稍后再试",
  network: "上传没有成功，请检查网络后重试",
  many: "一次最多添加 9 个文件",
  picture: "图片：{name}",
  pictureGone: "图片已过期，点按重新加载",
  download: "下载",
  tooLong: "最多 4000 字，已超出 {n} 字",
  menu: "更多操作",
  otherLanguage: "English",
  endChat: "结束咨询",
  leaveQueue: "取消排队",
  endAsk: "要结束本次咨询吗？",
  endSay: "结束后可以评价，也可以随时再来。",
  leaveAsk: "要取消排队吗？",
  leaveSay: "取消后再次咨询需要重新排队。",
  stay: "继续咨询",
  keepWaiting: "继续等待",
  rateAsk: "您对这次服务满意吗？",
  rates: ["非常不满意", "不满意", "一般", "满意", "非常满意"],
  star: "{n} 星，{label}",
  comment: "还有什么想告诉我们的？（选填）",
  commentLow: "很抱歉没能帮到您，哪里需要改进？（选填）",
  rate: "提交评价",
  thanks: "感谢您的评价",
  thanksLow: "感谢您告诉我们，我们会认真改进",
  again: "再次咨询",
  earlier: "查看更早的消息",
  fresh: "有新消息",
  contactOf: "{date}的咨询",
  today: "今天",
  yesterday: "昨天",
  log: "对话内容",
  pending: "有消息没有发出",
  barred: "本页面暂未开通在线咨询",
  wordsBack: "您写的内容已放回输入框",
};

const en: typeof zh = {
  panel: "Chat",
  serving: "Open now",
  resting: "Closed now",
  human: "A real person answers every time. No bots to get past.",
  topics: "What can we help you with?",
  history: "Earlier chats",
  back: "Back",
  askHint: "Tell us what happened…",
  waitHint: "Add details while you wait…",
  talkHint: "Write a message…",
  message: "Message",
  send: "Send",
  needWords: "Please describe your question in a few words first",
  finding: "Finding a person for you",
  next: "You are next",
  ahead: "{n} ahead of you",
  waitUnknown: "Working out the wait",
  waitShort: "less than a minute",
  waitAbout: "about {a} min",
  waitRange: "about {a}–{b} min",
  waitLong: "over an hour",
  keepPlace: "Reloading the page keeps your place",
  you: "You",
  talking: "Here to help you",
  waiting: "In the queue",
  over: "Chat ended",
  endedByYou: "You ended the chat",
  endedByAgent: "The agent ended the chat",
  typing: "{name} is typing",
  offline: "You are offline. Messages will be sent when you are back",
  reconnecting: "Connection lost. Reconnecting, nothing will be lost",
  degraded: "We are busy: messages may be slow, none is lost",
  connecting: "Connecting…",
  sending: "Sending",
  sent: "Delivered",
  read: "Read",
  failed: "Not sent: {why}",
  retry: "Send again",
  discard: "Delete",
  attach: "Add pictures or files",
  drop: "Drop to add to the chat",
  remove: "Remove {name}",
  uploading: "Uploading {n}%",
  too_big: "“{name}” is larger than 20 MB and can't be sent",
  kind: "“{name}” is of a kind we can't take. Pictures, PDF, Word, Excel, text, MP3 and MP4 are fine",
  empty: "“{name}” is empty",
  full: "Files can't be stored right now, please try later",
  network: "The upload failed. Check your connection and try again",
  many: "Up to 9 files at a time",
  picture: "Picture: {name}",
  pictureGone: "Picture expired. Tap to load it again",
  download: "Download",
  tooLong: "4,000 characters at most, {n} too many",
  menu: "More",
  otherLanguage: "中文",
  endChat: "End chat",
  leaveQueue: "Leave the queue",
  endAsk: "End this chat?",
  endSay: "You can rate it then, and come back any time.",
  leaveAsk: "Leave the queue?",
  leaveSay: "If you come back you will queue anew.",
  stay: "Keep chatting",
  keepWaiting: "Keep waiting",
  rateAsk: "How was our service?",
  rates: ["Very poor", "Poor", "Fair", "Good", "Excellent"],
  star: "{n} stars, {label}",
  comment: "Anything you would like to tell us? (optional)",
  commentLow: "We are sorry. What should we do better? (optional)",
  rate: "Send rating",
  thanks: "Thank you for your rating",
  thanksLow: "Thank you for telling us. We will work on it",
  again: "Chat again",
  earlier: "Show earlier messages",
  fresh: "New messages",
  contactOf: "Chat of {date}",
  today: "Today",
  yesterday: "Yesterday",
  log: "Messages",
  pending: "Some messages were not sent",
  barred: "Chat is not available on this page",
  wordsBack: "Your words are back in the box below",
};

export type Words = BaseWords & typeof zh;

export const catalogues: Record<Locale, Words> = {
  "zh-CN": { ...baseWords["zh-CN"], ...zh },
  en: { ...baseWords.en, ...en },
};

/** The words of the language that the customer reads now. */
export const wordsOf = (chat: Chat): Words => catalogues[chat.locale];

const MINUTE = 60_000;
const HOUR_MIN = 60;

/** The expected wait in natural words: a range of whole minutes, never more exact than it is known. */
export function waitWords(words: Words, lowMs: number | null, highMs: number | null): string {
  if (lowMs === null || highMs === null) return words.waitUnknown;
  const high = Math.max(1, Math.ceil(highMs / MINUTE));
  const low = Math.min(high, Math.floor(lowMs / MINUTE));
  if (high <= 1) return words.waitShort;
  if (low >= HOUR_MIN) return words.waitLong;
  const from = Math.max(1, low);
  if (from === high) return fill(words.waitAbout, { a: high });
  return fill(words.waitRange, { a: from, b: high });
}

/** `position` counts from 1. */
export function placeWords(words: Words, position: number): string {
  return position <= 1 ? words.next : fill(words.ahead, { n: position - 1 });
}

export function clock(locale: Locale, at: number): string {
  return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

export function day(locale: Locale, words: Words, at: number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  const days = Math.round((midnight(today) - midnight(date)) / 86_400_000);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale, { year, month: "long", day: "numeric" }).format(date);
}

const midnight = (date: Date): number => new Date(date).setHours(0, 0, 0, 0);
