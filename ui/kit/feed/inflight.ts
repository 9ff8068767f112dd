/** Commands sent and not yet answered: sent again, under their ids, until they are. */
import type { Port } from "./port.ts";
import { AGAIN_MS, TRANSIENT } from "./topics.ts";
import type { ClientFrame, ServerFrame } from "./wire.ts";

interface Command {
  frame: ClientFrame;
  port: Port;
  /** Put off by the server until then; null: sent and not answered. */
  againAt: number | null;
  putOff: number;
}

const AGAIN_MOST_MS = 5_000;

export class InFlight {
  private readonly all = new Map<string, Command>();

  constructor(
    private readonly write: (frame: ClientFrame) => void,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.all.size;
  }

  send(port: Port, id: string, name: string, args: object): void {
    const frame: ClientFrame = { t: "cmd", id, name, args };
    this.all.set(id, { frame, port, againAt: null, putOff: 0 });
    this.write(frame);
  }

  answer(frame: Extract<ServerFrame, { t: "ack" | "nack" }>): void {
    const command = this.all.get(frame.id);
    if (!command) return;
    if (frame.t === "nack" && TRANSIENT.has(frame.code)) {
      command.againAt = this.now() + Math.min(AGAIN_MOST_MS, AGAIN_MS * ++command.putOff);
      return;
    }
    this.all.delete(frame.id);
    command.port.send(frame);
  }

  /** A new socket: whether the old one's answers were lost or its questions, nobody knows. All go again, in order. */
  resume(): void {
    for (const command of this.all.values()) {
      command.againAt = null;
      this.write(command.frame);
    }
  }

  beat(now: number): void {
    for (const command of this.all.values()) {
      if (command.againAt === null || now < command.againAt) continue;
      command.againAt = null;
      this.write(command.frame);
    }
  }

  clear(): void {
    this.all.clear();
  }
}
