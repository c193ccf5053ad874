// One answer while it is made: events become blocks as they come, and the screen is told once per frame.
import { ApiError } from "../api/client";
import { converse, converseStream, type RawEvent, type Reply, type Request } from "../api/converse";
import type { Answer, AnswerBlock } from "./types";

export const waiting = (request: Request): Answer => ({ state: "waiting", blocks: [], request, events: [] });

/** Runs `request` to its end, however it ends; `show` is called with the answer as it grows, at most once per frame. */
export async function run(request: Request, signal: AbortSignal, show: (answer: Answer) => void): Promise<void> {
  const answer = waiting(request);
  const began = performance.now();
  const frames = new Frames(() => show({ ...answer, blocks: [...answer.blocks] }));
  const first = () => (answer.firstTokenMs ??= performance.now() - began);
  try {
    if (request.streaming) {
      await converseStream(request, signal, (events) => {
        answer.state = "running";
        for (const event of events) take(answer, event, first);
        frames.ask();
      });
    } else {
      whole(answer, await converse(request, signal), performance.now() - began);
    }
    answer.state = "done";
  } catch (error) {
    answer.state = signal.aborted ? "stopped" : "failed";
    if (!signal.aborted) answer.error = { code: error instanceof ApiError ? error.code : "Error", message: (error as Error).message };
  }
  answer.totalMs = performance.now() - began;
  frames.now();
}

/** Calls `draw` once before the next frame after it was asked; a page nobody looks at has no frames, and gets a timer. */
class Frames {
  private cancel: (() => void) | null = null;

  constructor(private readonly draw: () => void) {}

  ask(): void {
    if (this.cancel) return;
    if (document.hidden) {
      const timer = setTimeout(() => this.now(), 250);
      this.cancel = () => clearTimeout(timer);
    } else {
      const frame = requestAnimationFrame(() => this.now());
      this.cancel = () => cancelAnimationFrame(frame);
    }
  }

  now(): void {
    this.cancel?.();
    this.cancel = null;
    this.draw();
  }
}

function take(answer: Answer, event: RawEvent, first: () => void): void {
  answer.events.push(event);
  const { payload } = event;
  const index = Number(payload.contentBlockIndex ?? 0);
  if (event.name === "contentBlockStart" && payload.start?.toolUse) {
    const { toolUseId, name } = payload.start.toolUse;
    answer.blocks[index] = { kind: "tool", id: toolUseId, name, input: "" };
  } else if (event.name === "contentBlockDelta") {
    first();
    grow(answer.blocks, index, payload.delta ?? {});
  } else if (event.name === "messageStop") {
    answer.stopReason = payload.stopReason;
  } else if (event.name === "metadata") {
    answer.usage = payload.usage;
    answer.latencyMs = payload.metrics?.latencyMs;
  }
}

/** A block that a frame has shown is never changed: it is replaced, so that only what changed is drawn again. */
function grow(blocks: AnswerBlock[], index: number, delta: Record<string, any>): void {
  const was = blocks[index];
  if (typeof delta.text === "string") {
    blocks[index] = { kind: "text", text: (was?.kind === "text" ? was.text : "") + delta.text };
  } else if (delta.toolUse) {
    if (was?.kind === "tool") blocks[index] = { ...was, input: was.input + delta.toolUse.input };
  } else if (delta.reasoningContent) {
    const { text = "", signature, redactedContent } = delta.reasoningContent;
    const base = was?.kind === "reasoning" ? was : { kind: "reasoning" as const, text: "" };
    blocks[index] = { ...base, text: base.text + text, ...(signature ? { signature } : {}), ...(redactedContent ? { redacted: redactedContent } : {}) };
  }
  for (let at = 0; at < index; at += 1) blocks[at] ??= { kind: "text", text: "" };
}

function whole(answer: Answer, reply: Reply, ms: number): void {
  answer.blocks = reply.output.message.content.flatMap((block): AnswerBlock[] => {
    if (block.text !== undefined) return [{ kind: "text", text: block.text }];
    if (block.toolUse) return [{ kind: "tool", id: block.toolUse.toolUseId, name: block.toolUse.name, input: JSON.stringify(block.toolUse.input) }];
    const reasoning = block.reasoningContent;
    if (!reasoning) return [];
    const { text = "", signature } = reasoning.reasoningText ?? {};
    return [{ kind: "reasoning", text, ...(signature ? { signature } : {}), ...(reasoning.redactedContent ? { redacted: reasoning.redactedContent } : {}) }];
  });
  answer.stopReason = reply.stopReason;
  answer.usage = reply.usage;
  answer.latencyMs = reply.metrics.latencyMs;
  answer.events.push({ name: "reply", payload: { ...reply }, at: ms });
}
