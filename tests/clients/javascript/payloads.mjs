// The three request bodies of the question and its accepted answer, as JSON strings.

const conversation = [
  { role: "user", content: "Hello there." },
  { role: "assistant", content: "Hi, I'm Claude. How can I help you?" },
  { role: "user", content: "Can you explain LLMs in plain English?" },
];

const question = {
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 10000,
  messages: conversation,
};

export const QUESTION = JSON.stringify(question);

export const SYSTEM_AS_A_ROLE = JSON.stringify({
  ...question,
  messages: [{ role: "system", content: "todo" }, ...conversation],
});

export const ACCEPTED = JSON.stringify({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 4096,
  system: "todo",
  messages: [
    { role: "user", content: "Hello there." },
    { role: "assistant", content: "" },
  ],
});
