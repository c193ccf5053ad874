// A conversation as a file, and back. What is read was written by anybody: only what has our form is taken over.
import { DEFAULTS, newColumn, newId, type Conversation, type Settings, type Turn } from "./types";
import { mended } from "./useConversation";

const KIND = "outcrop-conversation";

export const exportText = (conversation: Conversation) => JSON.stringify({ kind: KIND, version: 1, conversation }, null, 2);

/** The conversation of a file, under a new id; throws Error in words for the person who gave it. */
export function imported(text: string): Conversation {
  let found: any;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON.");
  }
  const columns: unknown = found?.conversation?.columns;
  if (found?.kind !== KIND || !Array.isArray(columns) || !columns.length || !columns.every(isColumn))
    throw new Error("This file is not a conversation that was exported here.");
  return mended({
    id: newId(),
    title: String(found.conversation.title ?? "").slice(0, 80) || "Imported",
    mode: found.conversation.mode === "prompt" ? "prompt" : "chat",
    changed: Date.now(),
    columns: columns.map((column) => newColumn(settings(column.settings), column.turns)),
  });
}

function settings(given: Record<string, unknown>): Settings {
  const known = Object.entries({ ...DEFAULTS, modelId: "" }).map(([key, normal]) => {
    const value = given[key];
    const fits = typeof value === typeof normal || (normal === null && (value === null || typeof value === "number"));
    return [key, fits ? value : normal];
  });
  return Object.fromEntries(known) as Settings;
}

function isColumn(column: any): column is { settings: Record<string, unknown>; turns: Turn[] } {
  return typeof column?.settings === "object" && column.settings !== null && Array.isArray(column.turns) && column.turns.every(isTurn);
}

function isTurn(turn: any): boolean {
  if (typeof turn?.id !== "string") return false;
  if (turn.role === "user") return Array.isArray(turn.content) && turn.content.every((block: unknown) => typeof block === "object" && block !== null);
  const answer = turn.answer;
  if (turn.role !== "assistant" || typeof answer?.request?.modelId !== "string" || typeof answer.request.body !== "object") return false;
  return Array.isArray(answer.events) && Array.isArray(answer.blocks) && answer.blocks.every(isBlock);
}

function isBlock(block: any): boolean {
  if (block?.kind === "tool") return [block.id, block.name, block.input].every((value) => typeof value === "string");
  return (block?.kind === "text" || block?.kind === "reasoning") && typeof block.text === "string";
}
