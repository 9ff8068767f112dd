/** What the API says of everything that is kept in versions: routing policies, receptions. */
export interface Finding {
  /** A dotted path into what was looked at: `queues.<id>.steps.0.needs`. */
  field: string;
  code: string;
  params?: Record<string, string | number>;
  message: string;
}

export interface Found {
  errors: Finding[];
  warnings: Finding[];
}

export interface Author {
  id: string;
  name: string;
}

export interface Edition {
  version: number;
  state: "draft" | "published" | "retired";
  note: string;
  created_at: number;
  created_by: Author | null;
  published_at: number | null;
  published_by: Author | null;
}

/** A tenant's versions. `etag` stands for the draft as it is now, or for there being none. */
export interface Shelf {
  tenant_id: string;
  etag: string;
  versions: Edition[];
}
