// One answer: reasoning folded, text as markdown, tool calls, and one quiet line about what it took.
import { memo, useState } from "react";
import type { Model } from "../api/models";
import { Code } from "../markdown/blocks";
import { Markdown } from "../markdown/Markdown";
import { ApiRequest } from "./ApiRequest";
import { inputOf, costOf } from "./request";
import { isLive, type Answer, type AnswerBlock } from "./types";
import type { Actions } from "./useConversation";

interface Props {
  answer: Answer;
  model: Model | undefined;
  region: string;
  column: string;
  last: boolean;
  actions: Actions;
}

export const AnswerView = memo(function AnswerView({ answer, model, region, column, last, actions }: Props) {
  return (
    <article className="answer" aria-busy={isLive(answer)} data-state={answer.state}>
      <h2 className="hidden">Answer</h2>
      {answer.blocks.map((block, index) => (
        <BlockView key={index} block={block} growing={isLive(answer) && index === answer.blocks.length - 1} />
      ))}
      {answer.state === "waiting" && <p className="waiting-dots quiet">Waiting for the first token</p>}
      {answer.error && (
        <p className="notice error" role="alert">
          <strong>{answer.error.code}</strong> {answer.error.message}
        </p>
      )}
      {answer.state === "interrupted" && <p className="notice waiting">The page was left in the middle of this answer.</p>}
      {!isLive(answer) && <Footer answer={answer} model={model} region={region} again={last ? () => actions.again(column) : null} />}
    </article>
  );
});

const BlockView = memo(function BlockView({ block, growing }: { block: AnswerBlock; growing: boolean }) {
  if (block.kind === "text") return <Markdown text={block.text} />;
  if (block.kind === "reasoning")
    return (
      <details className="reasoning">
        <summary>{growing ? "Reasoning …" : "Reasoning"}</summary>
        {block.redacted ? <p className="quiet">It is encrypted.</p> : <Markdown text={block.text} />}
      </details>
    );
  return <ToolCall block={block} />;
});

function ToolCall({ block }: { block: Extract<AnswerBlock, { kind: "tool" }> }) {
  const input = inputOf(block.input);
  return (
    <div className="card tool">
      <p className="small">
        <strong>Calls {block.name}</strong> <span className="mono quiet">{block.id}</span>
      </p>
      <Code text={typeof input === "string" ? input : JSON.stringify(input, null, 2)} language="json" />
    </div>
  );
}

function Footer({ answer, model, region, again }: { answer: Answer; model: Model | undefined; region: string; again: (() => void) | null }) {
  const [open, set] = useState(false);
  return (
    <footer className="took small quiet">
      <span>{facts(answer, model).join(" · ")}</span>
      <button type="button" className="link" onClick={() => set(true)}>
        View API request
      </button>
      {again && (
        <button type="button" className="link" onClick={again}>
          Again
        </button>
      )}
      {open && <ApiRequest answer={answer} region={region} onClose={() => set(false)} />}
    </footer>
  );
}

const STATES: Partial<Record<Answer["state"], string>> = { stopped: "stopped", failed: "failed", interrupted: "interrupted" };

function facts(answer: Answer, model: Model | undefined): string[] {
  const cost = costOf(answer, model);
  return [
    STATES[answer.state] ?? answer.stopReason ?? "",
    answer.usage && `${count(answer.usage.inputTokens)} tokens in, ${count(answer.usage.outputTokens)} out`,
    answer.usage?.cacheReadInputTokens && `${count(answer.usage.cacheReadInputTokens)} from the cache`,
    answer.firstTokenMs !== undefined && `first token ${time(answer.firstTokenMs)}`,
    answer.totalMs !== undefined && `total ${time(answer.totalMs)}`,
    cost !== null && dollars(cost),
  ].filter((fact): fact is string => Boolean(fact));
}

const count = (value: number) => value.toLocaleString("en");
const time = (ms: number) => (ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
const dollars = (value: number) => (value < 1e-6 ? "under $0.000001" : `$${value < 0.01 ? value.toPrecision(2) : value.toFixed(4)}`);
