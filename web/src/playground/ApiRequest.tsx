// The request behind an answer, written for five clients, and the events as they came.
import { Code } from "../markdown/blocks";
import { Dialog } from "../parts/Dialog";
import { Tabs } from "../parts/Tabs";
import { snippets } from "./snippets";
import type { Answer } from "./types";

export function ApiRequest({ answer, region, onClose }: { answer: Answer; region: string; onClose: () => void }) {
  const tabs = snippets(answer.request, region).map(({ name, text }) => ({
    name,
    content: () => <Code text={text} language={name === "JSON" ? "json" : name} />,
  }));
  return (
    <Dialog title="API request" onClose={onClose} className="large">
      <Tabs label="Client" tabs={[...tabs, { name: "Raw events", content: () => <RawEvents answer={answer} /> }]} />
      <p className="quiet small">
        What is pasted runs in a shell that knows your keys: <code>eval "$(outcrop env)"</code>
      </p>
    </Dialog>
  );
}

const SHOWN = 2000; // events; a page with all of a long answer's is too heavy to read

function RawEvents({ answer }: { answer: Answer }) {
  if (!answer.events.length) return <p className="quiet">Nothing came.</p>;
  return (
    <div className="wide">
      <table className="events">
        <thead>
          <tr>
            <th className="number">ms</th>
            <th>event</th>
            <th>payload</th>
          </tr>
        </thead>
        <tbody>
          {answer.events.slice(0, SHOWN).map((event, index) => (
            <tr key={index}>
              <td className="number">{event.at.toFixed(1)}</td>
              <td className="mono">{event.name}</td>
              <td className="mono">{JSON.stringify(event.payload)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {answer.events.length > SHOWN && <p className="quiet small">{answer.events.length - SHOWN} more; export the conversation to see them.</p>}
    </div>
  );
}
