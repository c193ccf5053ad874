// One request, written for five clients. Each runs as it is pasted, in a shell that has the environment of `outcrop env`.
import type { Request } from "../api/converse";

export interface Snippet {
  name: string;
  text: string;
}

export function snippets(request: Request, region: string): Snippet[] {
  const endpoint = location.origin;
  return [
    { name: "JSON", text: JSON.stringify({ modelId: request.modelId, ...request.body }, null, 2) },
    { name: "boto3", text: boto3(request, endpoint, region) },
    { name: "JavaScript", text: javascript(request, endpoint, region) },
    { name: "AWS CLI", text: cli(request, endpoint, region) },
    { name: "curl", text: curl(request, endpoint) },
  ];
}

function boto3({ modelId, body, streaming }: Request, endpoint: string, region: string): string {
  const members = Object.entries({ modelId, ...body }).map(([name, value]) => `    ${name}=${python(value, 4)},`);
  const bytes = hasBytes(body);
  const read = streaming
    ? `for event in reply["stream"]:\n    print(event.get("contentBlockDelta", {}).get("delta", {}).get("text", ""), end="", flush=True)\nprint()`
    : `for block in reply["output"]["message"]["content"]:\n    print(block.get("text", block))`;
  return `${bytes ? "import base64\n\n" : ""}import boto3

client = boto3.client("bedrock-runtime", endpoint_url=${JSON.stringify(endpoint)}, region_name=${JSON.stringify(region)})
reply = client.converse${streaming ? "_stream" : ""}(
${members.join("\n")}
)
${read}
`;
}

/** A JSON value as Python writes it; bytes are decoded there. */
function python(value: unknown, indent: number): string {
  const pad = " ".repeat(indent);
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const lines = Array.isArray(value)
    ? value.map((item) => python(item, indent + 4))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${key === "bytes" ? `base64.b64decode(${JSON.stringify(item)})` : python(item, indent + 4)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const short = lines.join(", ");
  if (!short.includes("\n") && short.length + indent < 80) return open + short + close;
  return `${open}\n${lines.map((line) => `${pad}    ${line},`).join("\n")}\n${pad}${close}`;
}

function javascript({ modelId, body, streaming }: Request, endpoint: string, region: string): string {
  const command = streaming ? "ConverseStreamCommand" : "ConverseCommand";
  const input = JSON.stringify({ modelId, ...body }, null, 2).replace(/"bytes": ("[A-Za-z0-9+/=]*")/g, '"bytes": Buffer.from($1, "base64")');
  const read = streaming
    ? `for await (const event of reply.stream) {\n  process.stdout.write(event.contentBlockDelta?.delta?.text ?? "");\n}\nconsole.log();`
    : `for (const block of reply.output.message.content) {\n  console.log(block.text ?? JSON.stringify(block));\n}`;
  return `import { BedrockRuntimeClient, ${command} } from "@aws-sdk/client-bedrock-runtime";

const client = new BedrockRuntimeClient({ endpoint: ${JSON.stringify(endpoint)}, region: ${JSON.stringify(region)} });
const reply = await client.send(new ${command}(${input}));
${read}
`;
}

/** It has no command that streams. The input goes by a file: a word of a command line is too short for a picture. */
function cli({ modelId, body }: Request, endpoint: string, region: string): string {
  return `cat > request.json <<'JSON'
${JSON.stringify({ modelId, ...body })}
JSON
aws bedrock-runtime converse --endpoint-url ${quoted(endpoint)} --region ${quoted(region)} \\
  --cli-input-json file://request.json
`;
}

/** With the bearer key: the signatures of older curls do not fit ids with a colon. */
function curl({ modelId, body, streaming }: Request, endpoint: string): string {
  const address = `${endpoint}/model/${encodeURIComponent(modelId)}/converse${streaming ? "-stream" : ""}`;
  return `# the bearer key comes with: eval "$(outcrop env --bearer)"
curl ${streaming ? "--no-buffer --output - " : ""}--header "Authorization: Bearer $AWS_BEARER_TOKEN_BEDROCK" \\
  --header 'content-type: application/json' \\
  --data-binary @- ${quoted(address)} <<'JSON'
${JSON.stringify(body)}
JSON
`;
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function hasBytes(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return "bytes" in value || Object.values(value).some(hasBytes);
}
