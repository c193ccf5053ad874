// Converse as the page uses it: the members it sets, and both ways of asking.
import { ApiError, aws } from "./client";
import { Decoder } from "./eventstream";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Source {
  bytes: string; // base64
}

export interface Block {
  text?: string;
  image?: { format: string; source: Source };
  document?: { format: string; name: string; source: Source };
  video?: { format: string; source: Source };
  toolUse?: { toolUseId: string; name: string; input: Json };
  toolResult?: { toolUseId: string; content: ({ text: string } | { json: Json })[]; status?: "success" | "error" };
  reasoningContent?: { reasoningText?: { text: string; signature?: string }; redactedContent?: string };
}

export interface Message {
  role: "user" | "assistant";
  content: Block[];
}

export interface Body {
  messages: Message[];
  system?: { text: string }[];
  inferenceConfig?: { maxTokens?: number; temperature?: number; topP?: number; stopSequences?: string[] };
  toolConfig?: Json;
  outputConfig?: Json;
  additionalModelRequestFields?: Json;
}

export interface Request {
  modelId: string;
  body: Body;
  streaming: boolean;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
  cacheReadInputTokens?: number;
  cacheWriteInputTokens?: number;
}

export interface Reply {
  output: { message: Message };
  stopReason: string;
  usage: Usage;
  metrics: { latencyMs: number };
}

/** One event of a stream, as it came: its name, its payload, and when, in ms since the request left. */
export interface RawEvent {
  name: string;
  payload: Record<string, any>;
  at: number;
}

const path = (request: Request) =>
  `/model/${encodeURIComponent(request.modelId)}/converse${request.streaming ? "-stream" : ""}`;

/** The whole reply; throws ApiError. */
export async function converse(request: Request, signal: AbortSignal): Promise<Reply> {
  return (await (await aws("POST", path(request), request.body, signal)).json()) as Reply;
}

/** Calls `take` with the events of each piece of the stream; throws ApiError, also for an error within the stream. */
export async function converseStream(request: Request, signal: AbortSignal, take: (events: RawEvent[]) => void): Promise<void> {
  const began = performance.now();
  const response = await aws("POST", path(request), request.body, signal);
  const reader = response.body!.getReader();
  const decoder = new Decoder();
  const text = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new ApiError(0, "Interrupted", "The connection ended in the middle of the answer.");
    });
    if (done) break;
    const at = performance.now() - began;
    const events: RawEvent[] = [];
    let failed: ApiError | null = null;
    for (const { headers, payload } of decoder.feed(value)) {
      const { p: _padding, ...rest } = JSON.parse(text.decode(payload)) as Record<string, any>;
      const exception = headers[":exception-type"];
      if (exception) failed = new ApiError(200, exception, String(rest.message ?? exception));
      events.push({ name: exception ?? headers[":event-type"] ?? "", payload: rest, at });
    }
    take(events);
    if (failed) throw failed;
  }
  if (decoder.pending) throw new ApiError(0, "Interrupted", "The connection ended in the middle of the answer.");
}
