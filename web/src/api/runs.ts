// The operator: its settings, previews and runs.
import { ask } from "./client";

export interface Field {
  name: string;
  title: string;
  text: string;
  default: unknown;
  values: string[] | null;
  kind: "text" | "number" | "flag" | "choice" | "json";
  expression: boolean;
}

export type Settings = Record<string, unknown>;

export interface Run {
  id: string;
  name: string;
  owner: string;
  settings: Settings;
  total: number;
  began: number;
  updated: number;
  state: "running" | "completed" | "stopped" | "failed" | "interrupted";
  done: number;
  results: number;
  errors: number;
  requests: number;
  inputTokens: number;
  outputTokens: number;
  problem: string | null;
}

export interface Preview {
  results: unknown[];
  errors: { error: string; reason: string; resolution: string; original: unknown }[];
  total: number;
}

interface Wanted {
  settings: Settings;
  records: string;
  name?: string;
  limit?: number;
  concurrency?: number;
}

export const operatorFields = async () => (await ask<{ fields: Field[] }>("GET", "operator")).fields;
export const preview = (wanted: Wanted) => ask<Preview>("POST", "operator/preview", wanted);
export const start = (wanted: Wanted) => ask<Run>("POST", "runs", wanted);
export const runs = async () => (await ask<{ runs: Run[] }>("GET", "runs")).runs;
export const stop = (id: string) => ask<Run>("POST", `runs/${id}/stop`, {});
export const fileOf = (id: string, part: "results" | "errors") => `/_outcrop/api/runs/${id}/${part}`;
