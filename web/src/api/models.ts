// What there is to call.
import { ask } from "./client";

export interface Features {
  system: boolean;
  tools: boolean;
  toolChoiceAny: boolean;
  toolChoiceTool: boolean;
  images: string[];
  videos: string[];
  audio: string[];
  documents: string[];
  maxImages: number;
  maxDocuments: number;
  structuredOutput: "accepted" | "refused" | "refused_by_model";
  promptCaching: boolean;
  reasoning: "embedded" | "separate" | null;
  alwaysReasons: boolean;
  citations: boolean;
  stopSequences: "cut" | "keep" | "refused";
}

/** US dollars per million tokens. */
export interface Price {
  input: number;
  output: number | null;
  cacheRead: number | null;
  cacheWrite: number | null;
  asOf: string;
}

export interface Model {
  id: string;
  name: string;
  provider: string;
  input: string[];
  output: string[];
  streaming: boolean;
  legacy: boolean;
  contextWindow: number | null;
  maxOutputTokens: number | null;
  defaultMaxTokens: number | null;
  features: Features;
  parameters: { temperature?: number; topP?: number };
  reasoningFields: Record<string, unknown> | null;
  price: Price | null;
  engine: string | null;
}

export const models = async () => (await ask<{ models: Model[] }>("GET", "models")).models;
