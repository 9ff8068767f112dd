/** Recordings as `/api/recordings` gives them. */

export type Span = [from_ms: number, to_ms: number];

export interface Picture {
  bucket_ms: number;
  customer: number[];
  agent: number[];
  silences: Span[];
  overlaps: Span[];
}

export interface Recording {
  id: string;
  interaction_id: string;
  kind: "call" | "message";
  state: "writing" | "kept" | "erased" | "lost";
  why: string;
  started_at: number;
  duration_ms: number;
  hold_reason: string | null;
  hold_at: number | null;
  erase_at: number | null;
  erased_at: number | null;
}

export interface RecordingDetail extends Recording {
  picture: Picture | null;
}

export interface Rule {
  consent: "always" | "prompt" | "never";
  keep_days: number;
}
