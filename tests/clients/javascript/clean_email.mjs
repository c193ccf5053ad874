// The second answer's function as it stands there, without its types; what it prints for the developer is reported
// beside its value.

import { HAIKU, protocolOf, report, sdk } from "./sdk.mjs";

const { BedrockRuntimeClient, ConverseCommand } = sdk;

const client = new BedrockRuntimeClient({ region: "us-west-2" });

const model = HAIKU;
const system = `
Extract the core message from the email, removing any forwarding headers, email signatures, and other extraneous content.
Focus on retaining only the essential information related to the message's purpose.
Retain line breaks in the output.
Remove any signoff details at the bottom of the email such as thank you's or names and contact details.
Remove any email signatures.
`;

export async function cleanEmail(email) {
  const command = new ConverseCommand({
    modelId: model,
    system: [{ text: system }],
    messages: [{
      role: "user",
      content: [{ text: email }],
    }],
    inferenceConfig: { temperature: 0 },
  });

  const response = await client.send(command);
  if (response.output?.message?.content) {
    console.log(JSON.stringify(response, null, 2));
    return response.output.message.content[0].text;
  }
  return email;
}

const printed = [];
console.log = (line) => printed.push(line);
const text = await cleanEmail("The meeting moved to Tuesday.\n\nBest regards,\nThe office");
report({ text, printed: printed.map((line) => JSON.parse(line)), protocol: protocolOf(client) });
