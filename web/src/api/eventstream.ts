// AWS's binary event stream, read: frames out of bytes that arrive in any pieces.
//
// A frame is its length, the length of its headers, a checksum of both, headers, payload, a checksum of all. The
// connection is checked already, so the checksums are not looked at; lengths are.

export interface Message {
  headers: Record<string, string>;
  payload: Uint8Array;
}

const LARGEST = 24 * 1024 * 1024;
const STRING = 7;
const text = new TextDecoder();

export class Decoder {
  private rest: Uint8Array = new Uint8Array(0);

  /** The messages that are complete; throws when the bytes are no event stream. */
  feed(bytes: Uint8Array): Message[] {
    const data = this.rest.length ? joined(this.rest, bytes) : bytes;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const messages: Message[] = [];
    let at = 0;
    while (data.length - at >= 12) {
      const length = view.getUint32(at);
      if (length < 16 || length > LARGEST) throw new Error("The answer is no event stream.");
      if (data.length - at < length) break;
      const headersEnd = at + 12 + view.getUint32(at + 4);
      if (headersEnd > at + length - 4) throw new Error("The answer is no event stream.");
      messages.push({
        headers: headers(data.subarray(at + 12, headersEnd)),
        payload: data.subarray(headersEnd, at + length - 4),
      });
      at += length;
    }
    this.rest = data.slice(at);
    return messages;
  }

  /** Whether bytes wait for more: true at the end of a stream that was cut. */
  get pending(): boolean {
    return this.rest.length > 0;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

/** All headers Bedrock sends are strings; anything else ends the reading of this frame's. */
function headers(block: Uint8Array): Record<string, string> {
  const found: Record<string, string> = {};
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  let at = 0;
  while (at < block.length) {
    const nameLength = block[at] ?? 0;
    const name = text.decode(block.subarray(at + 1, at + 1 + nameLength));
    at += 1 + nameLength;
    if (block[at] !== STRING) break;
    const length = view.getUint16(at + 1);
    found[name] = text.decode(block.subarray(at + 3, at + 3 + length));
    at += 3 + length;
  }
  return found;
}
