// A new key's secret, shown this once: to copy, to save, and as it is used.
import { CopyButton } from "../parts/CopyButton";
import { Dialog } from "../parts/Dialog";
import { save } from "../parts/save";
import { Tabs } from "../parts/Tabs";

export interface Made {
  kind: "access" | "bearer";
  id: string;
  secret: string;
}

export function KeyMade({ made, region, onClose }: { made: Made; region: string; onClose: () => void }) {
  const access = made.kind === "access";
  const rows: [string, string][] = access ? [["Access key ID", made.id], ["Secret access key", made.secret]] : [["API key", made.secret]];
  const uses = access ? [["Shell", shell(made, region)], ["~/.aws/credentials", profile(made)], ["boto3", boto(made, region)]] : [["Shell", `export AWS_BEARER_TOKEN_BEDROCK=${made.secret}`], ["curl", curl()]];
  return (
    <Dialog title={access ? "Access key made" : "Bearer key made"} onClose={onClose}>
      <div className="stack">
        <p className="notice waiting">The secret is shown this once. Save it now; the server cannot show it again.</p>
        <dl className="facts">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd><code>{value}</code> <CopyButton text={value} label={`Copy ${name.toLowerCase()}`} /></dd>
            </div>
          ))}
        </dl>
        <Tabs label="How the key is used" tabs={uses.map(([name, text]) => ({ name: name!, content: () => <Snippet text={text!} /> }))} />
        <div className="row">
          {access && <button type="button" className="primary" onClick={() => save(`${made.id}_accessKeys.csv`, `Access key ID,Secret access key\r\n${made.id},${made.secret}\r\n`, "text/csv")}>Download CSV</button>}
          <button type="button" onClick={onClose}>Done</button>
        </div>
      </div>
    </Dialog>
  );
}

function Snippet({ text }: { text: string }) {
  return (
    <div className="snippet">
      <CopyButton text={text} />
      <pre className="shown">{text}</pre>
    </div>
  );
}

const shell = ({ id, secret }: Made, region: string) => `export AWS_ACCESS_KEY_ID=${id}
export AWS_SECRET_ACCESS_KEY=${secret}
export AWS_REGION=${region}
export AWS_ENDPOINT_URL=${location.origin}`;

const profile = ({ id, secret }: Made) => `[default]
aws_access_key_id = ${id}
aws_secret_access_key = ${secret}`;

const boto = ({ id, secret }: Made, region: string) => `import boto3

client = boto3.Session(
    aws_access_key_id="${id}",
    aws_secret_access_key="${secret}",
    region_name="${region}",
).client("bedrock-runtime", endpoint_url="${location.origin}")`;

const curl = () => `curl ${location.origin}/model/amazon.nova-lite-v1:0/converse \\
  -H "Authorization: Bearer $AWS_BEARER_TOKEN_BEDROCK" \\
  -H "Content-Type: application/json" \\
  -d '{"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}'`;
