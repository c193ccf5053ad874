// The operator's settings as on its page: those that every run wants first, the others by what they are about.
import type { Field, Settings } from "../api/runs";

interface Props {
  fields: Field[];
  models: string[];
  settings: Settings;
  onChange: (change: Settings) => void;
}

const GROUPS: readonly [string, readonly string[]][] = [
  ["", ["model", "on_error", "use_message_payload", "prompt", "message_payload", "system_prompt", "json_mode", "json_schema"]],
  ["Model parameters", ["maximum_tokens", "temperature", "top_p", "stop_sequences", "thinking", "budget_tokens"]],
  ["Response", ["simplify_response", "finish_reason_style", "continuation_requests", "continuation_requests_limit", "debug_mode"]],
  ["More", ["system_role", "cache_system_prompt", "strict_compatibility"]],
];
// Fields that another one brings to light, as on the page.
const SHOWN: Record<string, (settings: Settings) => boolean> = {
  prompt: (settings) => !settings.use_message_payload,
  message_payload: (settings) => settings.use_message_payload === true,
  json_schema: (settings) => settings.json_mode === true,
  budget_tokens: (settings) => settings.thinking === true,
  finish_reason_style: (settings) => settings.simplify_response === true,
  continuation_requests_limit: (settings) => settings.continuation_requests === true,
};
const LONG = ["prompt", "system_prompt"];

export function Form({ fields, models, settings, onChange }: Props) {
  const shown = (names: readonly string[]) => names.flatMap((name) => fields.filter((field) => field.name === name && (SHOWN[name]?.(settings) ?? true)));
  return (
    <div className="stack">
      <datalist id="operator-models">{models.map((id) => <option key={id} value={id} />)}</datalist>
      {GROUPS.map(([title, names]) => {
        const controls = <div className="settings-grid">{shown(names).map((field) => <Control key={field.name} field={field} value={settings[field.name]} onChange={(value) => onChange({ [field.name]: value })} />)}</div>;
        return title ? <details key={title} className="more"><summary>{title}</summary>{controls}</details> : <div key="first">{controls}</div>;
      })}
    </div>
  );
}

interface ControlProps {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
}

function Control({ field, value, onChange }: ControlProps) {
  const id = `setting-${field.name}`;
  const note = <span className="quiet small" id={`${id}-note`}>{field.text.split("`").map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part))}</span>;
  if (field.kind === "flag")
    return (
      <div className="field">
        <label className="row check"><input id={id} type="checkbox" checked={value === true} aria-describedby={`${id}-note`} onChange={(event) => onChange(event.target.checked)} /> {field.title}</label>
        {note}
      </div>
    );
  return (
    <div className={LONG.includes(field.name) || field.kind === "json" ? "field across" : "field"}>
      <label htmlFor={id}>{field.title}</label>
      <Entry id={id} field={field} value={value} onChange={onChange} />
      {note}
    </div>
  );
}

function Entry({ id, field, value, onChange }: ControlProps & { id: string }) {
  const common = { id, "aria-describedby": `${id}-note` };
  const text = String(value ?? "");
  if (field.kind === "choice")
    return (
      <select {...common} value={String(value ?? field.default ?? "")} onChange={(event) => onChange(event.target.value)}>
        {field.default === null && <option value="">blank</option>}
        {field.values?.map((one) => <option key={one}>{one}</option>)}
      </select>
    );
  if (field.kind === "json") return <textarea {...common} className="code" rows={5} spellCheck={false} defaultValue={value ? JSON.stringify(value, null, 2) : ""} onChange={(event) => onChange(parsed(event.target.value))} />;
  if (LONG.includes(field.name)) return <textarea {...common} rows={2} value={text} onChange={(event) => onChange(event.target.value)} />;
  const model = field.name === "model";
  return <input {...common} value={text} list={model ? "operator-models" : undefined} className={model ? "mono" : undefined} spellCheck={false} inputMode={field.kind === "number" ? "decimal" : undefined} onChange={(event) => onChange(read(field, event.target.value))} />;
}

/** JSON once it is some; until then the text, which the operator refuses in its own words. */
function parsed(text: string): unknown {
  try {
    return text.trim() ? JSON.parse(text) : null;
  } catch {
    return text;
  }
}

/** A number where one is wanted; an expression, or what is no number yet, stays a text. */
function read(field: Field, text: string): unknown {
  return field.kind === "number" && /^\s*-?(0|[1-9]\d*)(\.\d*[1-9])?\s*$/.test(text) ? Number(text) : text;
}
