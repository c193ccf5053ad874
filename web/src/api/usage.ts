// Reports of the ledger, and its newest entries. Costs are whole nanounits of their currency, times microseconds since 1970.
import { ask } from "./client";

export type By = "day" | "model" | "user" | "key" | "engine" | "operation";

export interface UsageRow {
  key: string | null;
  currency: string;
  requests: number;
  failed: number;
  unpriced: number;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  undelivered_tokens: number;
  images: number;
  cost: number;
}

export interface Report {
  by: By;
  rows: UsageRow[];
  totals: UsageRow[];
}

export interface Entry {
  id: string;
  began: number;
  ended: number;
  principal: string;
  user: string;
  key_id: string;
  region: string;
  model: string;
  asked: string;
  engine: string;
  operation: string;
  request_id: string;
  outcome: "complete" | "cut" | "failed_early" | "failed_late" | "refused_quota" | "refused_budget" | "refused_guard";
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  images: number;
  latency_ms: number;
  first_token_ms: number | null;
  stop_reason: string | null;
  error: string | null;
  cost: number;
  currency: string;
  price_day: string | null;
  metadata: Record<string, string>;
  tried: string | null;
}

export interface Opened {
  entry: Entry;
  record: Record<string, unknown> | null;
  hidden: boolean;
  logged: boolean;
}

export type Only = Partial<Record<"model" | "user" | "key", string>>;

const query = (fields: Record<string, string | number | null | undefined>) =>
  new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => (value == null || value === "" ? [] : [[name, String(value)]]))).toString();

export const report = (by: By, since: number | null, only: Only) => ask<Report>("GET", `usage?${query({ by, since, ...only })}`);
export const newest = (only: Only, before: number | null = null) => ask<{ entries: Entry[]; logged: boolean }>("GET", `requests?${query({ before, ...only })}`);
export const opened = (id: string) => ask<Opened>("GET", `requests/${encodeURIComponent(id)}`);
