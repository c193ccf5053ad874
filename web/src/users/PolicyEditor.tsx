// Writes a policy: the server reads it as it is typed and says what is wrong, in the words it would refuse it with.
import { useEffect, useState, type FormEvent } from "react";
import type { ApiError } from "../api/client";
import { iam } from "../api/iam";
import { Dialog } from "../parts/Dialog";
import { useDoing } from "../parts/useAsked";

// The policy of AWS's own examples for calling models, and nothing else.
export const TEMPLATE = `{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "bedrock",
    "Effect": "Allow",
    "Action": [
      "bedrock:InvokeModel",
      "bedrock:InvokeModelWithResponseStream"
    ],
    "Resource": "arn:aws:bedrock:*::foundation-model/*"
  }
}`;

interface Props {
  name: string;
  text: string;
  readOnly: boolean;
  onSave: (name: string, text: string) => Promise<void>;
  onClose: () => void;
}

export function PolicyEditor({ name, text, readOnly, onSave, onClose }: Props) {
  const [called, call] = useState(name || "bedrock-runtime");
  const [written, write] = useState(text || TEMPLATE);
  const fault = useFault(written);
  const { busy, error, run } = useDoing();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => onSave(called.trim(), written))) onClose();
  };
  return (
    <Dialog title={name ? name : "Write a policy"} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {!name && (
          <label className="field">
            Name
            <input required maxLength={128} value={called} spellCheck={false} onChange={(event) => call(event.target.value)} />
          </label>
        )}
        <label className="field">
          Policy document
          <textarea className="code" rows={16} required readOnly={readOnly} spellCheck={false} value={written} aria-invalid={fault !== ""} aria-describedby="fault" onChange={(event) => write(event.target.value)} />
        </label>
        <p id="fault" className={fault ? "small wrong" : "small quiet"} role="status">{fault || "The document is well formed."}</p>
        {error && <p className="notice error" role="alert">{error}</p>}
        {!readOnly && (
          <div className="row">
            <button type="submit" className="primary" disabled={busy}>Save policy</button>
            <button type="button" onClick={onClose}>Cancel</button>
            <button type="button" className="link" onClick={() => write(TEMPLATE)}>Start from the template</button>
          </div>
        )}
      </form>
    </Dialog>
  );
}

/** What is wrong with a document: JSON's own complaint at once, the server's when typing rests. */
function useFault(text: string): string {
  const [fault, say] = useState("");
  useEffect(() => {
    try {
      JSON.parse(text);
    } catch (error) {
      say(`This is not JSON yet: ${(error as Error).message}`);
      return;
    }
    let gone = false;
    const timer = setTimeout(() => {
      iam("SimulateCustomPolicy", { PolicyInputList: [text], ActionNames: ["bedrock:InvokeModel"] }).then(
        () => !gone && say(""),
        (error: ApiError) => !gone && say(error.status === 403 ? "" : error.message.replace(/^Invalid input policy \S+: /, "")),
      );
    }, 250);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [text]);
  return fault;
}
