// The accepted answer: the system prompt beside the messages, an empty assistant turn at the end, streamed.

import { ACCEPTED } from "./payloads.mjs";
import { HAIKU, nativeEvents, protocolOf, report, sdk } from "./sdk.mjs";

const client = new sdk.BedrockRuntimeClient({ region: "us-east-1" });
const response = await client.send(
  new sdk.InvokeModelWithResponseStreamCommand({ contentType: "application/json", body: ACCEPTED, modelId: HAIKU }),
);
report({
  contentType: response.contentType,
  status: response.$metadata.httpStatusCode,
  protocol: protocolOf(client),
  events: await nativeEvents(response.body),
});
