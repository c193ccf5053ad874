// What a conversation is: columns, each with its settings and its turns; plain data, kept and exported as it is.
import type { Block, Json, RawEvent, Request, Usage } from "../api/converse";

export interface Settings {
  modelId: string;
  system: string;
  maxTokens: number | null; // null: the model's own
  temperature: number | null;
  topP: number | null;
  stop: string; // one sequence per line
  reasoning: boolean;
  fields: string; // JSON, or nothing
  tools: string; // JSON, or nothing
  toolChoice: string; // auto, any, or tool:NAME
  schema: string; // JSON, or nothing
  streaming: boolean;
}

export type AnswerBlock =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string; signature?: string; redacted?: string }
  | { kind: "tool"; id: string; name: string; input: string };

export type AnswerState = "waiting" | "running" | "done" | "stopped" | "failed" | "interrupted";

export interface Answer {
  state: AnswerState;
  blocks: AnswerBlock[];
  request: Request;
  events: RawEvent[];
  stopReason?: string;
  usage?: Usage;
  latencyMs?: number;
  firstTokenMs?: number;
  totalMs?: number;
  error?: { code: string; message: string };
}

export interface UserTurn {
  role: "user";
  id: string;
  content: Block[];
}

export interface AnswerTurn {
  role: "assistant";
  id: string;
  answer: Answer;
}

export type Turn = UserTurn | AnswerTurn;

export interface Column {
  id: string;
  settings: Settings;
  turns: Turn[];
}

export type Mode = "chat" | "prompt";

export interface Conversation {
  id: string;
  title: string;
  mode: Mode;
  columns: Column[];
  changed: number; // ms since 1970
}

/** A random name; the browser's own generator is not there on plain http. */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(9)), (n) => n.toString(36).padStart(2, "0")).join("");

export const DEFAULTS: Omit<Settings, "modelId"> = {
  system: "",
  maxTokens: null,
  temperature: null,
  topP: null,
  stop: "",
  reasoning: false,
  fields: "",
  tools: "",
  toolChoice: "auto",
  schema: "",
  streaming: true,
};

export const newColumn = (settings: Settings, turns: Turn[] = []): Column => ({ id: newId(), settings, turns });

export const newConversation = (settings: Settings): Conversation => ({
  id: newId(),
  title: "",
  mode: "chat",
  columns: [newColumn(settings)],
  changed: Date.now(),
});

export const isLive = (answer: Answer) => answer.state === "waiting" || answer.state === "running";

/** Settings as JSON objects; throws SyntaxError with the field's name. */
export function parsed(text: string, what: string): Json | undefined {
  if (!text.trim()) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new SyntaxError(`${what}: ${(error as Error).message}`);
  }
}
