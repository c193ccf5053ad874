// From settings and turns to a request of Converse, and from an answer back to a message.
import type { Model } from "../api/models";
import type { Block, Body, Json, Message, Request } from "../api/converse";
import { parsed, type Answer, type AnswerBlock, type Mode, type Settings, type Turn } from "./types";

/** The request that asks for the next answer; throws SyntaxError for JSON that is none. */
export function requestFor(settings: Settings, turns: Turn[], mode: Mode, model: Model | undefined): Request {
  const messages = mode === "prompt" ? [lastUser(turns)] : messagesOf(turns);
  const body: Body = { messages };
  if (settings.system.trim() && mode === "chat") body.system = [{ text: settings.system }];
  const inference = inferenceOf(settings, model);
  if (Object.keys(inference).length) body.inferenceConfig = inference;
  const tools = parsed(settings.tools, "Tools");
  if (tools !== undefined && mode === "chat") body.toolConfig = { tools, ...choice(settings.toolChoice) };
  const schema = parsed(settings.schema, "JSON schema");
  if (schema !== undefined) body.outputConfig = outputOf(schema);
  const fields = { ...(settings.reasoning ? model?.reasoningFields : null), ...(parsed(settings.fields, "Additional fields") as object | undefined) };
  if (Object.keys(fields).length) body.additionalModelRequestFields = fields as Json;
  return { modelId: settings.modelId, body, streaming: settings.streaming && model?.streaming !== false };
}

function inferenceOf(settings: Settings, model: Model | undefined): NonNullable<Body["inferenceConfig"]> {
  const stop = settings.stop.split("\n").filter((line) => line.trim());
  const found: NonNullable<Body["inferenceConfig"]> = {};
  if (settings.maxTokens !== null) found.maxTokens = settings.maxTokens;
  else if (settings.reasoning && model?.reasoningFields) found.maxTokens = Math.min(model.maxOutputTokens ?? 4096, 4096); // above what it may think
  if (settings.temperature !== null) found.temperature = settings.temperature;
  if (settings.topP !== null) found.topP = settings.topP;
  if (stop.length) found.stopSequences = stop;
  return found;
}

function choice(named: string): { toolChoice?: Json } {
  if (named === "auto") return {};
  return { toolChoice: named === "any" ? { any: {} } : { tool: { name: named.replace(/^tool:/, "") } } };
}

function outputOf(schema: Json): Json {
  const structure = { jsonSchema: { name: "answer", schema: JSON.stringify(schema) } };
  return { textFormat: { type: "json_schema", structure } };
}

/** The conversation as messages; answers that have failed or said nothing leave their question out as well. */
function messagesOf(turns: Turn[]): Message[] {
  const messages: Message[] = [];
  for (const turn of turns) {
    if (turn.role === "user") {
      if (messages.at(-1)?.role === "user") messages.pop();
      messages.push({ role: "user", content: turn.content });
    } else {
      const content = contentOf(turn.answer.blocks);
      if (content.length) messages.push({ role: "assistant", content });
    }
  }
  return messages;
}

function lastUser(turns: Turn[]): Message {
  const found = turns.findLast((turn) => turn.role === "user");
  return { role: "user", content: found?.role === "user" ? found.content : [] };
}

/** An answer's blocks as Converse takes them back. */
export function contentOf(blocks: AnswerBlock[]): Block[] {
  const content: Block[] = [];
  for (const block of blocks) {
    if (block.kind === "text" && block.text.trim()) content.push({ text: block.text });
    if (block.kind === "tool") content.push({ toolUse: { toolUseId: block.id, name: block.name, input: inputOf(block.input) } });
    if (block.kind === "reasoning" && block.redacted) content.push({ reasoningContent: { redactedContent: block.redacted } });
    else if (block.kind === "reasoning" && block.signature)
      content.push({ reasoningContent: { reasoningText: { text: block.text, signature: block.signature } } });
  }
  return content;
}

export function inputOf(text: string): Json {
  try {
    return JSON.parse(text || "{}") as Json;
  } catch {
    return text; // a call that was cut
  }
}

/** The calls of the last answer that wait for results. */
export function openCalls(turns: Turn[]): Extract<AnswerBlock, { kind: "tool" }>[] {
  const last = turns.at(-1);
  if (last?.role !== "assistant" || last.answer.state !== "done") return [];
  return last.answer.blocks.filter((block) => block.kind === "tool");
}

/** US dollars; null where a price is not known. */
export function costOf(answer: Answer, model: Model | undefined): number | null {
  const { usage } = answer;
  const price = model?.price;
  if (!usage || !price || price.output === null) return null;
  const read = (usage.cacheReadInputTokens ?? 0) * (price.cacheRead ?? price.input);
  const written = (usage.cacheWriteInputTokens ?? 0) * (price.cacheWrite ?? price.input);
  return (usage.inputTokens * price.input + usage.outputTokens * price.output + read + written) / 1e6;
}
