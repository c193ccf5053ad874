// What every script here shares: the SDK named on the command line, and one JSON object on standard output.
// The endpoint, the Region and the keys come from the environment alone, as they do in an application.

const [, , packageName] = process.argv;

export const sdk = await import(packageName);

export const HAIKU = "anthropic.claude-3-haiku-20240307-v1:0";

// The protocol the client's own default request handler speaks: "h2" or "http/1.1".
export const protocolOf = (client) => client.config.requestHandler.metadata.handlerProtocol;

export const report = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

// What an application sees of a refused call; an answer where a refusal was due is reported as such.
export async function refusalOf(client, command) {
  try {
    await client.send(command);
    return { answered: true };
  } catch (error) {
    const { name, message, $fault, $metadata } = error;
    return { name, message, $fault, $metadata, protocol: protocolOf(client) };
  }
}

// Claude's native stream events, decoded as the question's route decodes them.
export async function nativeEvents(body) {
  const events = [];
  for await (const item of body) {
    events.push(JSON.parse(new TextDecoder().decode(item.chunk.bytes)));
  }
  return events;
}

// A ConverseStream answer: its events in order, each an object of one member.
export async function converseEvents(stream) {
  const events = [];
  for await (const event of stream) {
    events.push(event);
  }
  return events;
}
