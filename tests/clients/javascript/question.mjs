// The question's first payload, refused: more tokens asked for than the model can write.

import { QUESTION } from "./payloads.mjs";
import { HAIKU, refusalOf, report, sdk } from "./sdk.mjs";

const client = new sdk.BedrockRuntimeClient({ region: "us-east-1" });
const command = new sdk.InvokeModelWithResponseStreamCommand({
  contentType: "application/json",
  body: QUESTION,
  modelId: HAIKU,
});
report(await refusalOf(client, command));
