// The chosen column's settings: the model, what it is told, and its parameters with the model's own defaults and limits.
import { memo, useId, type ReactNode } from "react";
import type { Model } from "../api/models";
import { Icon } from "../parts/Icon";
import { WEATHER_TOOLS } from "./examples";
import type { Mode, Settings } from "./types";

interface Props {
  models: Model[];
  settings: Settings;
  mode: Mode;
  onChange: (change: Partial<Settings>) => void;
  onPick: () => void;
  onClose: () => void;
}

const SCHEMA = `{
  "type": "object",
  "properties": {
    "answer": { "type": "string" },
    "sure": { "type": "boolean" }
  },
  "required": ["answer", "sure"],
  "additionalProperties": false
}`;

export const SettingsPanel = memo(function SettingsPanel({ models, settings, mode, onChange, onPick, onClose }: Props) {
  const model = models.find((row) => row.id === settings.modelId);
  const features = model?.features;
  const reset = () => onChange({ maxTokens: null, temperature: null, topP: null, stop: "", reasoning: false, fields: "" });
  return (
    <>
      <div className="panel-head narrow">
        <h2>Settings</h2>
        <button type="button" className="bare icon" aria-label="Close settings" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div className="field">
        <span className="label" aria-hidden="true">
          Model
        </span>
        <button type="button" className="model-button" onClick={onPick}>
          <span>
            <span className="hidden">Model: </span>
            <strong>{model?.name ?? "Unknown model"}</strong>
            <span className="mono quiet">{settings.modelId}</span>
          </span>
          <span className="link">Change</span>
        </button>
        {model && <p className="small quiet">{priceOf(model)}</p>}
      </div>
      {mode === "chat" && (
        <TextField label="System prompt" rows={3} value={settings.system} onChange={(system) => onChange({ system })} note={features && !features.system ? "This model takes none." : ""} />
      )}
      <label className="row plain">
        <input type="checkbox" checked={settings.streaming} disabled={model?.streaming === false} onChange={(event) => onChange({ streaming: event.target.checked })} />
        Stream the answer
      </label>
      {model?.reasoningFields && (
        <label className="row plain">
          <input type="checkbox" checked={settings.reasoning} onChange={(event) => onChange({ reasoning: event.target.checked })} />
          Reason before answering
        </label>
      )}
      <div className="panel-head">
        <h2>Parameters</h2>
        <button type="button" className="link small" onClick={reset}>
          Reset
        </button>
      </div>
      <NumberField label="Maximum tokens" value={settings.maxTokens} min={1} max={model?.maxOutputTokens ?? undefined} step={1} normal={model?.defaultMaxTokens ?? undefined} onChange={(maxTokens) => onChange({ maxTokens })} />
      <NumberField label="Temperature" value={settings.temperature} min={0} max={1} step={0.01} normal={model?.parameters.temperature} slider onChange={(temperature) => onChange({ temperature })} />
      <NumberField label="Top P" value={settings.topP} min={0} max={1} step={0.01} normal={model?.parameters.topP} slider onChange={(topP) => onChange({ topP })} />
      {features?.stopSequences === "refused" ? null : (
        <TextField label="Stop sequences" rows={2} value={settings.stop} onChange={(stop) => onChange({ stop })} note="One per line." />
      )}
      <Section title="Tools" set={settings.tools.trim() !== ""} hidden={mode === "prompt"} note={features && !features.tools ? "This model takes none." : ""}>
        <JsonField label="Tools (JSON)" value={settings.tools} onChange={(tools) => onChange({ tools })} example={WEATHER_TOOLS} wants="list" />
        <div className="field">
          <label htmlFor="tool-choice">Tool choice</label>
          <select id="tool-choice" value={settings.toolChoice} onChange={(event) => onChange({ toolChoice: event.target.value })}>
            <option value="auto">The model decides</option>
            {(!features || features.toolChoiceAny) && <option value="any">Some tool</option>}
            {(!features || features.toolChoiceTool) && toolNames(settings.tools).map((name) => (
              <option key={name} value={`tool:${name}`}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </Section>
      <Section title="JSON output" set={settings.schema.trim() !== ""} note={features && features.structuredOutput !== "accepted" ? "This model takes no schema." : ""}>
        <JsonField label="JSON schema" value={settings.schema} onChange={(schema) => onChange({ schema })} example={SCHEMA} wants="object" />
      </Section>
      <Section title="Additional fields" set={settings.fields.trim() !== ""}>
        <JsonField label="additionalModelRequestFields (JSON)" value={settings.fields} onChange={(fields) => onChange({ fields })} example={'{ "top_k": 50 }'} wants="object" />
      </Section>
    </>
  );
});

export function priceOf({ price }: Model): string {
  if (!price) return "No price is known.";
  return `${dollars(price.input)} in${price.output === null ? "" : `, ${dollars(price.output)} out`} per million tokens`;
}

const dollars = (value: number) => `$${value.toFixed(Math.max(2, (String(value).split(".")[1] ?? "").length))}`;

function toolNames(tools: string): string[] {
  try {
    return (JSON.parse(tools) as { toolSpec?: { name?: string } }[]).flatMap((tool) => tool.toolSpec?.name ?? []);
  } catch {
    return [];
  }
}

function Section({ title, set, note, hidden, children }: { title: string; set: boolean; note?: string; hidden?: boolean; children: ReactNode }) {
  if (hidden) return null;
  return (
    <details className="section" open={set || undefined}>
      <summary>
        {title} {set && <span className="small quiet">set</span>}
      </summary>
      <div className="stack">
        {note && <p className="small quiet">{note}</p>}
        {children}
      </div>
    </details>
  );
}

function TextField({ label, rows, value, note, onChange }: { label: string; rows: number; value: string; note?: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} rows={rows} value={value} onChange={(event) => onChange(event.target.value)} />
      {note && <p className="small quiet">{note}</p>}
    </div>
  );
}

function JsonField({ label, value, example, wants, onChange }: { label: string; value: string; example: string; wants: "list" | "object"; onChange: (value: string) => void }) {
  const id = useId();
  const wrong = fault(value, wants);
  return (
    <div className="field">
      <div className="row between">
        <label htmlFor={id}>{label}</label>
        <button type="button" className="link small" onClick={() => onChange(value.trim() ? "" : example)}>
          {value.trim() ? "Clear" : "Example"}
        </button>
      </div>
      <textarea id={id} className="code" rows={value.trim() ? 10 : 3} value={value} spellCheck={false} aria-invalid={wrong !== ""} aria-describedby={`${id}-wrong`} onChange={(event) => onChange(event.target.value)} />
      <p id={`${id}-wrong`} className="small wrong">
        {wrong}
      </p>
    </div>
  );
}

function fault(value: string, wants: "list" | "object"): string {
  if (!value.trim()) return "";
  try {
    const found: unknown = JSON.parse(value);
    const fits = typeof found === "object" && found !== null && Array.isArray(found) === (wants === "list");
    return fits ? "" : `This should be a JSON ${wants}.`;
  } catch (error) {
    return (error as Error).message;
  }
}

interface NumberProps {
  label: string;
  value: number | null;
  min: number;
  max: number | undefined;
  step: number;
  normal: number | undefined;
  slider?: boolean;
  onChange: (value: number | null) => void;
}

/** A number that may be left to the model; the slider stands at the model's own value until it is moved. */
function NumberField({ label, value, min, max, step, normal, slider, onChange }: NumberProps) {
  const id = useId();
  const shown = max === undefined ? `${min} or more` : `${min} to ${max.toLocaleString("en")}`;
  return (
    <div className="field">
      <div className="row between">
        <label htmlFor={id}>{label}</label>
        <span id={`${id}-range`} className="small quiet">
          {shown}
        </span>
      </div>
      <div className="number-row" data-slider={slider || undefined}>
        {slider && (
          <input type="range" aria-label={`${label}, slider`} min={min} max={max} step={step} value={value ?? normal ?? 0.5} onChange={(event) => onChange(Number(event.target.value))} />
        )}
        <input
          id={id}
          type="number"
          inputMode="decimal"
          min={min}
          max={max}
          step={step}
          value={value ?? ""}
          placeholder={normal === undefined ? "model’s own" : String(normal)}
          aria-describedby={`${id}-range`}
          onChange={(event) => onChange(event.target.value === "" ? null : Number(event.target.value))}
        />
      </div>
    </div>
  );
}
