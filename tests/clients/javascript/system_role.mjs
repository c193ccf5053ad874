// The question's second attempt, refused: the system prompt as a message of its own role.

import { SYSTEM_AS_A_ROLE } from "./payloads.mjs";
import { HAIKU, refusalOf, report, sdk } from "./sdk.mjs";

const client = new sdk.BedrockRuntimeClient({ region: "us-east-1" });
const command = new sdk.InvokeModelWithResponseStreamCommand({
  contentType: "application/json",
  body: SYSTEM_AS_A_ROLE,
  modelId: HAIKU,
});
report(await refusalOf(client, command));
