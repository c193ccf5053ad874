// Runs: how far each is, what it used, its files, and a way to stop it.
import { fileOf, runs, stop, type Run } from "../api/runs";
import { count, duration, time } from "../parts/figures";
import { Failed } from "../parts/Plain";
import { useAsked, useDoing } from "../parts/useAsked";
import { useEvery } from "../parts/useEvery";

const STATES: Record<Run["state"], { title: string; tone: string }> = {
  running: { title: "Running", tone: "waiting" },
  completed: { title: "Completed", tone: "good" },
  stopped: { title: "Stopped", tone: "" },
  failed: { title: "Failed", tone: "bad" },
  interrupted: { title: "Interrupted", tone: "bad" },
};

export function RunList() {
  const found = useAsked(runs);
  const { busy, error, run } = useDoing();
  useEvery(1000, () => (found.value?.some((one) => one.state === "running") ? found.again() : Promise.resolve()));
  return (
    <section className="block step" aria-label="Runs">
      <h2>Runs</h2>
      {found.error && !found.value && <Failed error={found.error} again={found.again} />}
      {found.value?.length === 0 && <p className="quiet small">None yet. A run goes on in the server when this page is closed; its files are kept for a week.</p>}
      {error && <p className="notice error" role="alert">{error}</p>}
      <ul className="lines runs">
        {found.value?.map((one) => (
          <li key={one.id}>
            <span className="named grow">
              <span className="row"><strong>{one.name}</strong> <span className={`state small ${STATES[one.state].tone}`}>{STATES[one.state].title}</span></span>
              {one.state === "running" && <progress max={one.total} value={one.done} aria-label={`Progress of ${one.name}`} />}
              <span className="quiet small figures">{figures(one)}</span>
              {one.problem && <span className="small wrong">{one.problem}</span>}
            </span>
            <span className="row">
              {one.state === "running" && <button type="button" className="small" disabled={busy} onClick={() => run(async () => { await stop(one.id); await found.again(); })}>Stop</button>}
              {one.results > 0 && <a className="small" href={fileOf(one.id, "results")} download>Results</a>}
              {one.errors > 0 && <a className="small" href={fileOf(one.id, "errors")} download>Errors</a>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function figures(run: Run): string {
  const passed = (run.updated - run.began) / 1000;
  const running = run.state === "running" && run.done > 0 && passed > 0;
  const pace = running ? [`${((1000 * run.done) / passed).toFixed(1)} per second`, `${duration(Math.round((passed / run.done) * (run.total - run.done)))} left`] : [time(run.began)];
  const errors = run.errors ? [`${count(run.errors)} failed`] : [];
  return [`${count(run.done)} of ${count(run.total)}`, ...errors, `${count(run.inputTokens)} tokens in, ${count(run.outputTokens)} out`, ...pace].join(" · ");
}
