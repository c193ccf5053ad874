// ConverseStream with a tool the model must use; its input arrives in fragments of JSON.

import { HAIKU, converseEvents, protocolOf, report, sdk } from "./sdk.mjs";

const client = new sdk.BedrockRuntimeClient({ region: "us-west-2" });
const response = await client.send(
  new sdk.ConverseStreamCommand({
    modelId: HAIKU,
    messages: [{ role: "user", content: [{ text: "What is the weather in Paris?" }] }],
    toolConfig: {
      tools: [
        {
          toolSpec: {
            name: "get_weather",
            description: "The weather of a city.",
            inputSchema: {
              json: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
            },
          },
        },
      ],
      toolChoice: { tool: { name: "get_weather" } },
    },
  }),
);
report({
  status: response.$metadata.httpStatusCode,
  protocol: protocolOf(client),
  events: await converseEvents(response.stream),
});
