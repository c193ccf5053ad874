// The operator: a file of records, its settings, a preview of the first, and runs with their progress and files.
import { useMemo, useState } from "react";
import { models } from "../api/models";
import { operatorFields, preview, start, type Preview, type Settings } from "../api/runs";
import { Json } from "../parts/Json";
import { Failed, Plain } from "../parts/Plain";
import { useAsked, useDoing } from "../parts/useAsked";
import { Form } from "./Form";
import { Records, type Given } from "./Records";
import { RunList } from "./RunList";

const FIRST: Settings = { prompt: "$text", on_error: "route", simplify_response: true };

export default function OperatorView() {
  const fields = useAsked(operatorFields);
  const known = useAsked(models);
  const [given, give] = useState<Given | null>(null);
  const [settings, set] = useState<Settings>(FIRST);
  const [limit, setLimit] = useState("5");
  const [together, setTogether] = useState("4");
  const [shown, show] = useState<Preview | null>(null);
  const [begun, begin] = useState(0);
  const doing = useDoing();
  const ids = useMemo(() => (known.value ?? []).map((model) => model.id), [known.value]);
  if (!fields.value) return <Plain title="Operator">{fields.error && <Failed error={fields.error} again={fields.again} />}</Plain>;
  const ready = given !== null && given.count > 0 && Boolean(settings.model);
  const missing = !given?.count ? "Give some records first." : !settings.model ? "Choose a model first." : "";
  const wanted = () => ({ settings: chosen(settings), records: given?.text ?? "", name: given?.name });
  return (
    <Plain title="Operator" lead="Asks a model once for each record of a file, and gives a file of answers back.">
      <section className="block step" aria-label="Records">
        <h2>Records</h2>
        <Records given={given} onGive={(next) => { give(next); show(null); }} />
      </section>
      <section className="block step" aria-label="Settings">
        <h2>Settings</h2>
        <p className="quiet small">A value that begins with <code>$</code> is taken from the record: <code>$text</code> is its member <code>text</code>{given?.names.length ? <>. This file has {given.names.slice(0, 6).map((name, at) => <span key={name}>{at > 0 && ", "}<code>${name}</code></span>)}</> : null}.</p>
        <Form fields={fields.value} models={ids} settings={settings} onChange={(change) => set((was) => ({ ...was, ...change }))} />
      </section>
      <section className="block step" aria-label="Run">
        <h2>Try and run</h2>
        <div className="row tools">
          <label className="row small plain-label">
            first
            <select value={limit} onChange={(event) => setLimit(event.target.value)}>{["1", "5", "10", "50"].map((count) => <option key={count}>{count}</option>)}</select>
          </label>
          <button type="button" disabled={!ready || doing.busy} onClick={() => doing.run(async () => show(await preview({ ...wanted(), limit: Number(limit) })))}>Preview</button>
          <span className="gap" />
          <label className="row small plain-label">
            at once
            <select value={together} onChange={(event) => setTogether(event.target.value)}>{["1", "2", "4", "8"].map((count) => <option key={count}>{count}</option>)}</select>
          </label>
          <button type="button" className="primary" disabled={!ready || doing.busy} onClick={() => doing.run(async () => { await start({ ...wanted(), concurrency: Number(together) }); begin(begun + 1); })}>
            {given?.count ? `Run ${given.count.toLocaleString("en")} ${given.count === 1 ? "record" : "records"}` : "Run"}
          </button>
        </div>
        {missing && <p className="quiet small">{missing}</p>}
        {doing.error && <p className="notice error" role="alert">{doing.error}</p>}
        {doing.busy && <p className="quiet small" role="status">Asking the model.</p>}
        {shown && <Shown preview={shown} />}
      </section>
      <RunList key={begun} />
    </Plain>
  );
}

function Shown({ preview: { results, errors, total } }: { preview: Preview }) {
  return (
    <div className="stack" role="status">
      <p className="small">{results.length} of {total} answered{errors.length ? `, ${errors.length} failed` : ""}.</p>
      <div className="previewed" tabIndex={0} role="region" aria-label="Preview">
        {errors.map((error, at) => (
          <div key={at} className="notice error">
            <p><strong>{error.error}</strong> {error.reason} {error.resolution}</p>
            <p className="mono">{JSON.stringify(error.original)}</p>
          </div>
        ))}
        {results.map((result, at) => <Json key={at} value={result} />)}
      </div>
    </div>
  );
}

/** Blank fields are left to the operator. */
const chosen = (settings: Settings): Settings => Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== "" && value !== null && value !== undefined));
