// A column's turns, in order. What has not changed is not drawn again.
import { memo } from "react";
import type { Block } from "../api/converse";
import type { Model } from "../api/models";
import { AnswerView } from "./AnswerView";
import { ToolResults } from "./ToolResults";
import { openCalls } from "./request";
import type { Column, UserTurn } from "./types";
import type { Actions } from "./useConversation";

export function Turns({ column, models, region, actions }: { column: Column; models: ReadonlyMap<string, Model>; region: string; actions: Actions }) {
  const calls = openCalls(column.turns);
  const last = column.turns.at(-1);
  return (
    <ol className="turns">
      {column.turns.map((turn) => (
        <li key={turn.id} className={turn.role}>
          {turn.role === "user" ? (
            <Question turn={turn} />
          ) : (
            <AnswerView answer={turn.answer} model={models.get(turn.answer.request.modelId)} region={region} column={column.id} last={turn === last} actions={actions} />
          )}
        </li>
      ))}
      {calls.length > 0 && (
        <li key="results" className="user">
          <ToolResults key={last?.id} calls={calls} column={column.id} actions={actions} />
        </li>
      )}
    </ol>
  );
}

const Question = memo(function Question({ turn }: { turn: UserTurn }) {
  return (
    <div className="question">
      <h2 className="hidden">You</h2>
      {turn.content.map((block, index) => (
        <Given key={index} block={block} />
      ))}
    </div>
  );
});

function Given({ block }: { block: Block }) {
  if (block.text !== undefined) return <p className="said">{block.text}</p>;
  if (block.image) return <img className="picture" alt="Attached" src={`data:image/${block.image.format};base64,${block.image.source.bytes}`} />;
  if (block.document) return <p className="chip">{`${block.document.name}.${block.document.format}`}</p>;
  if (block.toolResult) {
    const { content, status, toolUseId } = block.toolResult;
    return (
      <div className="card">
        <p className="small">
          <strong>Tool result</strong> <span className="mono quiet">{toolUseId}</span> {status === "error" && <span className="wrong">error</span>}
        </p>
        <pre tabIndex={0}>{content.map((part) => ("text" in part ? part.text : JSON.stringify(part.json, null, 2))).join("\n")}</pre>
      </div>
    );
  }
  return <p className="quiet small">A block this page does not show.</p>;
}
