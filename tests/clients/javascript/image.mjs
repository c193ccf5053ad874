// ConverseStream with a picture, given as bytes: the SDK encodes them.

import { readFileSync } from "node:fs";

import { HAIKU, converseEvents, protocolOf, report, sdk } from "./sdk.mjs";

const bytes = new Uint8Array(readFileSync(process.argv[3]));
const client = new sdk.BedrockRuntimeClient({ region: "us-west-2" });
const response = await client.send(
  new sdk.ConverseStreamCommand({
    modelId: HAIKU,
    messages: [
      {
        role: "user",
        content: [
          { text: "This is image 1:" },
          { image: { format: "png", source: { bytes } } },
          { text: "Please describe the image." },
        ],
      },
    ],
    inferenceConfig: { maxTokens: 400, temperature: 0 },
  }),
);
report({
  status: response.$metadata.httpStatusCode,
  protocol: protocolOf(client),
  events: await converseEvents(response.stream),
});
