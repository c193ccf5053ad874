// Where a person answers the model's tool calls in a tool's place: all of them at once, as Converse wants it.
import { useState, type FormEvent } from "react";
import type { Block, Json } from "../api/converse";
import type { AnswerBlock } from "./types";
import type { Actions } from "./useConversation";

type Call = Extract<AnswerBlock, { kind: "tool" }>;

export function ToolResults({ calls, column, actions }: { calls: Call[]; column: string; actions: Actions }) {
  const [wrong, say] = useState("");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const content = calls.map((call, index) => result(call, String(form.get(`result-${index}`)), form.get(`error-${index}`) !== null));
    try {
      actions.send(content, column);
    } catch (error) {
      say((error as Error).message);
    }
  };
  return (
    <form className="card results" onSubmit={submit}>
      {calls.map((call, index) => (
        <div key={call.id} className="field">
          <label htmlFor={`${call.id}-result`}>Result of {call.name}</label>
          <textarea id={`${call.id}-result`} name={`result-${index}`} className="code" rows={3} required placeholder='{"temperature": 19} or plain text' spellCheck={false} />
          <label className="row plain">
            <input type="checkbox" name={`error-${index}`} /> The tool failed
          </label>
        </div>
      ))}
      {wrong && <p className="notice error">{wrong}</p>}
      <button type="submit" className="primary">
        {calls.length > 1 ? "Send the results" : "Send the result"}
      </button>
    </form>
  );
}

function result(call: Call, text: string, failed: boolean): Block {
  const json = object(text);
  const content = json === undefined ? [{ text }] : [{ json }];
  return { toolResult: { toolUseId: call.id, content, status: failed ? "error" : "success" } };
}

/** JSON objects go as JSON, everything else as text: Converse takes no other JSON there. */
function object(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
