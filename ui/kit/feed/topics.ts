/** The core's topics: what each holds, who looks at it, and what to do when a frame does not fit. */
import type { Port } from "./port.ts";
import { applyDelta, applySnap, Gap, type TopicState } from "./reducer.ts";
import type { ClientFrame, ServerFrame } from "./wire.ts";

interface Topic {
  state: TopicState | null;
  ports: Set<Port>;
  /** Asked anew after a gap; deltas that don't fit are left aside until the answer. */
  resyncSince: number | null;
  refused: string | null;
  idleSince: number | null;
  /** The server could not answer just now; asked again then. */
  askAgainAt: number | null;
}

/** Refusals that say nothing about what was asked, only about now: the same again a little later. */
export const TRANSIENT = new Set(["unavailable", "slow_down"]);
export const AGAIN_MS = 1_000;

/** A topic nobody looks at is kept this long: going from one contact to another and back costs nothing. */
const LINGER_MS = 20_000;
/** Asked anew and no fitting answer for this long: ask for a fresh snapshot. */
const RESYNC_MS = 3_000;

export class Topics {
  private readonly all = new Map<string, Topic>();

  constructor(
    private readonly write: (frame: ClientFrame) => void,
    private readonly now: () => number,
  ) {}

  subscribe(port: Port, name: string): void {
    let topic = this.all.get(name);
    if (!topic) {
      const nothing = { state: null, resyncSince: null, refused: null, idleSince: null, askAgainAt: null };
      topic = { ...nothing, ports: new Set() };
      this.all.set(name, topic);
      this.ask(name, topic, true);
    } else if (topic.refused) {
      topic.refused = null;
      this.ask(name, topic, true);
    }
    topic.ports.add(port);
    topic.idleSince = null;
    if (topic.state) port.send({ t: "snap", topic: name, ...topic.state });
  }

  unsubscribe(port: Port, name: string): void {
    const topic = this.all.get(name);
    if (topic) this.drop(topic, port);
  }

  leave(port: Port): void {
    for (const topic of this.all.values()) this.drop(topic, port);
  }

  /** A new socket: everything is asked for again, from where it is. */
  resume(): void {
    for (const [name, topic] of this.all) {
      topic.resyncSince = topic.refused = topic.askAgainAt = null;
      this.ask(name, topic, true);
    }
  }

  clear(): void {
    this.all.clear();
  }

  snap(frame: Extract<ServerFrame, { t: "snap" }>): void {
    const topic = this.all.get(frame.topic);
    if (!topic) return;
    topic.state = applySnap(topic.state, frame.epoch, frame.seq, frame.data);
    topic.resyncSince = null;
    for (const port of topic.ports) port.send({ t: "snap", topic: frame.topic, ...topic.state });
  }

  delta(frame: Extract<ServerFrame, { t: "delta" }>): void {
    const topic = this.all.get(frame.topic);
    if (!topic?.state) return;
    if (frame.from_seq < topic.state.seq && frame.seq <= topic.state.seq) return; // had it
    try {
      topic.state = applyDelta(topic.state, frame.from_seq, frame.seq, frame.ops);
    } catch (error) {
      if (!(error instanceof Gap)) throw error;
      this.resync(frame.topic, topic, frame.from_seq === topic.state.seq);
      return;
    }
    topic.resyncSince = null;
    const message = { t: "delta", topic: frame.topic, seq: frame.seq, ops: frame.ops } as const;
    for (const port of topic.ports) port.send(message);
  }

  fault(frame: Extract<ServerFrame, { t: "fault" }>): void {
    const topic = frame.topic === undefined ? undefined : this.all.get(frame.topic);
    if (!topic || frame.topic === undefined) return;
    if (TRANSIENT.has(frame.code)) {
      topic.askAgainAt = this.now() + AGAIN_MS;
      return;
    }
    topic.refused = frame.code;
    topic.state = null;
    for (const port of topic.ports) port.send({ t: "refused", topic: frame.topic, code: frame.code });
  }

  /** Once a second: asks again for what stayed away, and leaves what nobody looks at any more. */
  beat(now: number): void {
    for (const [name, topic] of this.all) {
      if (topic.resyncSince !== null && now - topic.resyncSince > RESYNC_MS) this.resync(name, topic, true);
      if (topic.askAgainAt !== null && now >= topic.askAgainAt) {
        topic.askAgainAt = null;
        this.ask(name, topic, true);
      }
      if (topic.idleSince !== null && now - topic.idleSince > LINGER_MS) {
        this.all.delete(name);
        this.write({ t: "unsub", topic: name });
      }
    }
  }

  private drop(topic: Topic, port: Port): void {
    if (topic.ports.delete(port) && topic.ports.size === 0) topic.idleSince = this.now();
  }

  /** Subscribes on the socket; from what we have if `resume` and there is something. */
  private ask(name: string, topic: Topic, resume: boolean): void {
    const from = resume && topic.state ? { seq: topic.state.seq, epoch: topic.state.epoch } : {};
    this.write({ t: "sub", topic: name, ...from });
  }

  private resync(name: string, topic: Topic, broken: boolean): void {
    const now = this.now();
    const late = topic.resyncSince !== null && now - topic.resyncSince > RESYNC_MS;
    if (topic.resyncSince !== null && !late) return;
    topic.resyncSince = now;
    this.ask(name, topic, !broken && !late);
  }
}
