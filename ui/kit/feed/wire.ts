/** What goes over the feed's socket, and what the topics hold. All instants are ms since 1970 UTC. */

export type Medium = "chat" | "voice" | "social" | "email" | "sms";

export interface CustomerRef {
  id: string;
  name: string;
}

/** Who else is in a call. Listening and whispering are left out where the tenant keeps them from its agents. */
export interface ParticipantView {
  person_id: string;
  /** Empty for somebody outside, except in a contact's topic, which says the number. */
  name: string;
  role: "listen" | "whisper" | "barge" | "external";
}

/** The colleague who is asked while the customer stays; by the queue's name until one is known. */
export interface ConsultView {
  interaction_id: string;
  state: "queued" | "offered" | "talking";
  name: string;
  name_en: string;
  agent_id: string | null;
}

export type RecordingState = "on" | "paused" | "off" | "";

/** A call's own part of a handling or an interaction; at rest for chats. */
export interface CallView {
  /** On hold since; 0: not held. */
  held_at: number;
  /** Earlier holds together. */
  held_ms: number;
  recording: RecordingState;
  participants: ParticipantView[];
  consult: ConsultView | null;
}

/** What offers, handlings and interactions say of a consultation that they are; empty and null for all others. */
export interface AskedView {
  consult_of: string;
  consult_by: { id: string; name: string } | null;
}

/** The number that a telephone shows, and the network's word on it (STIR/SHAKEN). Never proof of who calls. */
export interface CallerView {
  number: string;
  verstat: "none" | "TN-Validation-Passed" | "TN-Validation-Failed" | "No-TN-Validation";
}

export interface AgentView {
  id: string;
  state: "available" | "not_ready" | "after_contact_work";
  reason: string | null;
  since_at: number;
  engaged: number;
  capacity: Partial<Record<Medium, number>>;
  /** The floor changed it, not the person: an offer ran out or was not proven. */
  by_system: boolean;
}

export interface OfferView extends Partial<AskedView> {
  id: string;
  contact_id: string;
  interaction_id: string;
  queue_id: string;
  queue_name: string;
  queue_name_en?: string | null;
  tenant_id: string;
  tenant_name: string;
  tenant_name_en?: string | null;
  customer: CustomerRef;
  medium: Medium;
  caller?: CallerView | null;
  offered_at: number;
  proof_due_at: number;
  ring_due_at: number;
  waited_ms: number;
  /** The customer's last words, at most 80 characters. */
  preview: string;
  simulated?: boolean;
}

export interface HandlingView extends Partial<AskedView>, Partial<CallView> {
  /** The interaction's id. */
  id: string;
  contact_id: string;
  queue_id: string;
  queue_name: string;
  queue_name_en?: string | null;
  tenant_id: string;
  tenant_name: string;
  tenant_name_en?: string | null;
  customer: CustomerRef;
  medium: Medium;
  caller?: CallerView | null;
  state: "talking" | "after_contact_work";
  accepted_at: number;
  ended_at?: number | null;
  ended_by?: "customer" | "agent" | "system" | null;
  acw_due_at?: number | null;
  acw_extensions?: number;
  unread: number;
  last: { text: string; at: number; author_kind: "customer" | "agent" | "system" } | null;
  customer_away: boolean;
  read_by_customer: number;
  simulated?: boolean;
}

export interface ContactView {
  id: string;
  tenant_id: string;
  customer_id: string;
  customer_name: string;
  started_at: number;
  closed_at?: number | null;
  rating?: number | null;
}

export interface InteractionView extends Partial<AskedView>, Partial<CallView> {
  id: string;
  medium?: Medium;
  state: "reception" | "queued" | "offered" | "scheduled" | "talking" | "after_contact_work" | "ended";
  queue_id?: string;
  queue_name?: string;
  queue_name_en?: string | null;
  waited_ms?: number | null;
  agent?: { id: string; name: string } | null;
  since_at?: number;
  ended_at?: number | null;
  ended_by?: string | null;
  /** A code, or words of whoever ended it. */
  ended_reason?: string | null;
}

export interface FileView {
  id: string;
  name: string;
  type: string;
  size: number;
  image: boolean;
}

export interface MessageView {
  id: string;
  interaction_id: string;
  /** 1, 2, 3 … within the interaction, without gaps. */
  number: number;
  at: number;
  author: { kind: "customer" | "agent" | "system"; id: string; name: string };
  kind: "text" | "file";
  text: string | null;
  file?: FileView | null;
  /** What was said has been removed; that something was stays. */
  erased?: boolean;
}

export interface NoteView {
  id: string;
  at: number;
  author: { kind?: string; id: string; name: string };
  text: string;
}

export interface WallQueueView {
  id: string;
  tenant_id: string;
  name: string;
  waiting: number;
  oldest_since_at: number | null;
  offered: number;
  talking: number;
  after_contact_work: number;
  available_agents: number;
  service_level: { percent: number | null; threshold_ms: number; rule: string; goal?: number };
  today: { offered: number; answered: number; abandoned: number };
  /** The routing rules that hold now and may fit its contacts. `standing`: always, not for a time or by hand. */
  rules?: { id: string; name: string; name_en: string; emergency: boolean; standing?: boolean }[];
}

/** A call that a supervisor may join: voice, and talking. */
export interface WallCallView {
  interaction_id: string;
  contact_id: string;
  tenant_id: string;
  medium: Medium;
  since: number;
  held: boolean;
  participants: ParticipantView[];
}

export interface WallAgentView {
  id: string;
  name: string;
  tenant_id: string;
  team: string | null;
  team_en?: string | null;
  level: number;
  /** How many offers ring at their desk. */
  ringing?: number;
  state: AgentView["state"];
  reason: string | null;
  since_at: number;
  engaged: number;
  capacity: Partial<Record<Medium, number>>;
  current: { interaction_id: string; queue_id: string; since_at: number }[];
  calls?: WallCallView[];
}

export interface AlertView {
  id: string;
  kind: string;
  severity: string;
  at: number;
  queue_id?: string | null;
  agent_id?: string | null;
  params: Record<string, unknown>;
}

export interface WaitingView {
  id: string;
  contact_id: string;
  customer_name: string;
  since_at: number;
  position: number;
}

type Rows<T> = Record<string, T>;

export interface MeData {
  agent: Rows<AgentView>;
  offers: Rows<OfferView>;
  handlings: Rows<HandlingView>;
}
export interface ContactData {
  contact: Rows<ContactView>;
  interactions: Rows<InteractionView>;
  messages: Rows<MessageView>;
  notes: Rows<NoteView>;
}
export interface WallData {
  queues: Rows<WallQueueView>;
  agents: Rows<WallAgentView>;
  alerts: Rows<AlertView>;
}
export interface QueueData {
  waiting: Rows<WaitingView>;
}

/** What a topic holds, by its name. A collection that the server has not sent yet is absent. */
export type TopicData<T extends string> = Partial<
  T extends "me"
    ? MeData
    : T extends "wall"
      ? WallData
      : T extends `contact:${string}`
        ? ContactData
        : T extends `queue:${string}`
          ? QueueData
          : AnyData
>;

/** The shape of every topic: collections of objects by id. */
export type AnyData = Record<string, Record<string, object>>;

export type Op =
  ["set", string, string, object] | ["merge", string, string, object] | ["del", string, string];

export type ServerFrame =
  | { t: "hello"; epoch: string | number; now: number; heartbeat_ms: number }
  | { t: "snap"; topic: string; epoch: string | number; seq: number; data: AnyData }
  | { t: "delta"; topic: string; seq: number; from_seq: number; ops: Op[] }
  | { t: "ack"; id: string; seq: number; result?: unknown }
  | { t: "nack"; id: string; code: string; title: string }
  | { t: "pong"; n: number; now: number }
  | { t: "typing"; interaction_id: string; on: boolean }
  | { t: "fault"; code: string; topic?: string }
  | { t: "degraded"; on: boolean };

export type ClientFrame =
  | { t: "sub"; topic: string; seq?: number; epoch?: string | number }
  | { t: "unsub"; topic: string }
  | { t: "cmd"; id: string; name: string; args: object }
  | { t: "typing"; interaction_id: string; on: boolean }
  | { t: "ping"; n: number };

/** The agent's commands and what they take; the server fills in who asks. */
export interface Commands {
  SetAgentState: { state: "available" | "not_ready"; reason: string | null };
  ProveOffer: { offer_id: string };
  AcceptOffer: { offer_id: string };
  RejectOffer: { offer_id: string; reason: string | null };
  PostMessage: { interaction_id: string; message_id: string; text?: string; file_id?: string };
  MarkRead: { interaction_id: string; number: number };
  AddNote: { contact_id: string; note_id: string; text: string };
  TransferInteraction: { interaction_id: string; to_queue_id?: string; to_agent_id?: string; note?: string };
  EndInteraction: { interaction_id: string };
  ExtendAfterContactWork: { interaction_id: string };
  SetHold: { interaction_id: string; on: boolean };
  Consult: {
    interaction_id: string;
    consult_id: string;
    to_queue_id?: string;
    to_agent_id?: string;
    note?: string;
  };
  CompleteTransfer: { interaction_id: string; consult_id: string };
  JoinInteraction: { interaction_id: string; role: "listen" | "whisper" | "barge" };
  LeaveInteraction: { interaction_id: string };
  TakeOver: { interaction_id: string };
  SetRecording: { interaction_id: string; state: "on" | "paused"; why?: string };
  AddExternal: { interaction_id: string; participant_id: string; number: string };
  RemoveParticipant: { interaction_id: string; person_id: string };
  WrapUp: { interaction_id: string; disposition: string; text: string };
}
