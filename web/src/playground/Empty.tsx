// Before anything was said: three prompts that teach what can be sent.
import { useState } from "react";
import type { Model } from "../api/models";
import { Mark } from "../parts/Icon";
import { EXAMPLES, type Example } from "./examples";
import { blockOf } from "./files";
import { rounded } from "./ModelPicker";
import type { Actions } from "./useConversation";

export function Empty({ model, column, actions }: { model: Model | undefined; column: string; actions: Actions }) {
  const [wrong, say] = useState("");
  const run = async (example: Example) => {
    try {
      if (example.tools) actions.settings(column, { tools: example.tools });
      const file = await example.file?.();
      const attached = file ? [await blockOf(file, model, [])] : [];
      actions.send([...attached, { text: example.text }]);
    } catch (error) {
      say((error as Error).message);
    }
  };
  return (
    <div className="empty">
      <Mark size={40} />
      <h1>{model?.name ?? "No model is offered"}</h1>
      <p className="quiet">{model ? about(model) : "Grant access to one, or add one in the settings file."}</p>
      <ul className="examples">
        {EXAMPLES.map((example) => {
          const able = model && takes(model, example);
          return (
            <li key={example.title}>
              <button type="button" className="example" disabled={!able} onClick={() => run(example)}>
                <strong>{example.title}</strong>
                <span>{able === false ? `${model?.name} takes no ${example.needs}` : example.text}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {wrong && <p className="notice error">{wrong}</p>}
    </div>
  );
}

function takes(model: Model, { needs }: Example): boolean {
  const found = model.features[needs];
  return Array.isArray(found) ? found.length > 0 : found;
}

function about(model: Model): string {
  const window = model.contextWindow && `${rounded(model.contextWindow)} tokens of context`;
  const engine = model.engine && `answered by ${model.engine === "simulator" ? "the simulator" : model.engine}`;
  return [model.provider, window, engine].filter(Boolean).join(" · ");
}
