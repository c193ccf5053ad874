// Whether a user may do something, and which statement of which policy says so: IAM's own simulation.
import { useState, type FormEvent } from "react";
import { documentOf, every, iam, type Attached, type Group, type Simulated } from "../api/iam";
import { useDoing } from "../parts/useAsked";

const ACTIONS = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:CountTokens", "bedrock:ListFoundationModels", "bedrock:CreateFoundationModelAgreement", "iam:CreateAccessKey", "ce:GetCostAndUsage"];
const DECISIONS = {
  allowed: { title: "Allowed", tone: "good", why: "" },
  explicitDeny: { title: "Denied", tone: "bad", why: "A statement denies it; no other can allow it again." },
  implicitDeny: { title: "Denied", tone: "bad", why: "No statement allows it." },
} as const;

interface Answer extends Simulated {
  statements: { policy: string; where: string; text: string }[];
}

export function Explain({ arn, region }: { arn: string; region: string }) {
  const [answer, say] = useState<Answer | null>(null);
  const { busy, error, run } = useDoing();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    say(null);
    void run(async () => say(await explained(arn, String(form.get("action")).trim(), String(form.get("resource")).trim())));
  };
  const decision = answer && DECISIONS[answer.EvalDecision];
  return (
    <section className="block">
      <div className="block-head"><h2>Explain</h2></div>
      <p className="quiet small">May this user do it? The answer names the statement that decides.</p>
      <form className="explain" onSubmit={submit}>
        <label className="field">
          Action
          <input name="action" className="mono" required defaultValue={ACTIONS[0]} list="actions" spellCheck={false} autoCapitalize="off" />
        </label>
        <datalist id="actions">{ACTIONS.map((action) => <option key={action} value={action} />)}</datalist>
        <label className="field">
          Resource
          <input name="resource" className="mono" defaultValue={`arn:aws:bedrock:${region}::foundation-model/amazon.nova-lite-v1:0`} spellCheck={false} autoCapitalize="off" />
        </label>
        <button type="submit" disabled={busy}>Explain</button>
      </form>
      {error && <p className="notice error" role="alert">{error}</p>}
      {answer && decision && (
        <div className="stack explained" role="status">
          <p><strong className={`state ${decision.tone}`}>{decision.title}</strong> {decision.why && <span className="quiet">{decision.why}</span>}</p>
          {answer.statements.map((one) => (
            <div key={one.policy + one.where}>
              <p className="small">{one.policy}, <span className="quiet">{one.where}</span></p>
              {one.text && <pre className="shown">{one.text}</pre>}
            </div>
          ))}
          {answer.MissingContextValues.length > 0 && <p className="small quiet">Policies also look at {answer.MissingContextValues.join(", ")}, which had no value here.</p>}
        </div>
      )}
    </section>
  );
}

async function explained(arn: string, action: string, resource: string): Promise<Answer> {
  const asked = { PolicySourceArn: arn, ActionNames: [action], ...(resource ? { ResourceArns: [resource] } : {}) };
  const { EvaluationResults } = await iam<{ EvaluationResults: Simulated[] }>("SimulatePrincipalPolicy", asked);
  const found = EvaluationResults[0]!;
  const documents = found.MatchedStatements.length ? await documentsOf(arn.split("/").pop()!) : new Map<string, Known>();
  const statements = found.MatchedStatements.map(({ SourcePolicyId, StartPosition, EndPosition }) => {
    const known = documents.get(SourcePolicyId);
    const where = StartPosition.Line === EndPosition.Line ? `line ${StartPosition.Line}` : `lines ${StartPosition.Line} to ${EndPosition.Line}`;
    return { policy: known?.title ?? SourcePolicyId, where, text: known ? cut(known.text, StartPosition, EndPosition) : "" };
  });
  return { ...found, statements };
}

interface Known {
  title: string;
  text: string;
}

/** The documents that count for a user, by the names that simulations give them. */
async function documentsOf(UserName: string): Promise<Map<string, Known>> {
  const found = new Map<string, Known>();
  const groups = await every<Group>("ListGroupsForUser", "Groups", { UserName }).catch(() => []);
  const holders = [["User", UserName] as const, ...groups.map((group) => ["Group", group.GroupName] as const)];
  for (const [kind, name] of holders) {
    const of = { [`${kind}Name`]: name };
    const whose = kind === "Group" ? ` of the group ${name}` : "";
    for (const PolicyName of await every<string>(`List${kind}Policies`, "PolicyNames", of).catch(() => [])) {
      const { PolicyDocument } = await iam<{ PolicyDocument: string }>(`Get${kind}Policy`, { ...of, PolicyName });
      found.set(`${kind.toLowerCase()}_${name}_${PolicyName}`, { title: PolicyName + whose, text: PolicyDocument });
    }
    for (const policy of await every<Attached>(`ListAttached${kind}Policies`, "AttachedPolicies", of).catch(() => []))
      found.set(policy.PolicyName, { title: policy.PolicyName + whose, text: await documentOf(policy.PolicyArn) });
  }
  return found;
}

/** The text between two positions, which count lines and columns from 1; from its brace on, and evenly indented. */
function cut(text: string, start: { Line: number; Column: number }, end: { Line: number; Column: number }): string {
  const lines = text.split("\n");
  const at = (place: { Line: number; Column: number }) => lines.slice(0, place.Line - 1).reduce((sum, line) => sum + line.length + 1, 0) + place.Column - 1;
  const found = text.slice(at(start), at(end)).trim();
  try {
    return JSON.stringify(JSON.parse(found.startsWith("{") ? found : `{${found}`), null, 2);
  } catch {
    return found;
  }
}
