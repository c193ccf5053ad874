// ConverseStream with plain text: every event in order.

import { HAIKU, converseEvents, protocolOf, report, sdk } from "./sdk.mjs";

const client = new sdk.BedrockRuntimeClient({ region: "us-west-2" });
const response = await client.send(
  new sdk.ConverseStreamCommand({
    modelId: HAIKU,
    system: [{ text: "Answer in one sentence." }],
    messages: [{ role: "user", content: [{ text: "Why is the sky blue?" }] }],
    inferenceConfig: { maxTokens: 400, temperature: 0 },
  }),
);
report({
  status: response.$metadata.httpStatusCode,
  protocol: protocolOf(client),
  events: await converseEvents(response.stream),
});
