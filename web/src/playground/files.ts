// Files as content blocks: which kinds there are, how large they may be, and under which name a model sees a document.
//
// Limits are Converse's documented ones; a model's own are said by the server. A document's name is cut to plain words,
// since a model reads it.
import type { Model } from "../api/models";
import type { Block } from "../api/converse";

const IMAGES: Record<string, string> = { png: "png", jpg: "jpeg", jpeg: "jpeg", gif: "gif", webp: "webp" };
const DOCUMENTS = ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"];
const MAX_IMAGE = 3_750_000;
const MAX_DOCUMENT = 4_500_000;

export interface Attachment {
  id: string;
  name: string;
  size: number;
  block: Block;
}

export class WrongFile extends Error {}

/** What a file picker should offer for `model`. */
export function accepted(model: Model | undefined): string {
  const formats = [...(model?.features.images ?? Object.keys(IMAGES)), ...(model?.features.documents ?? DOCUMENTS)];
  return formats.flatMap((format) => (format === "jpeg" ? [".jpg", ".jpeg"] : [`.${format}`])).join(",");
}

/** The file as a block; throws WrongFile in words for the person who gave it. */
export async function blockOf(file: File, model: Model | undefined, taken: string[]): Promise<Block> {
  const ending = file.name.split(".").pop()?.toLowerCase() ?? "";
  const image = IMAGES[ending] ?? IMAGES[file.type.replace("image/", "")];
  if (image) {
    if (model && !model.features.images.includes(image)) throw new WrongFile(`${model.name} takes no ${image} images.`);
    if (file.size > MAX_IMAGE) throw new WrongFile(`${file.name} has ${megabytes(file.size)}; an image may have ${megabytes(MAX_IMAGE)}.`);
    return { image: { format: image, source: { bytes: await base64(file) } } };
  }
  if (!DOCUMENTS.includes(ending)) throw new WrongFile(`${file.name} is neither an image nor a document that Converse takes.`);
  if (model && !model.features.documents.includes(ending)) throw new WrongFile(`${model.name} takes no ${ending} documents.`);
  if (file.size > MAX_DOCUMENT) throw new WrongFile(`${file.name} has ${megabytes(file.size)}; a document may have ${megabytes(MAX_DOCUMENT)}.`);
  if (!file.size) throw new WrongFile(`${file.name} is empty.`);
  return { document: { format: ending, name: plainName(file.name, taken), source: { bytes: await base64(file) } } };
}

export const megabytes = (size: number) => (size < 100_000 ? `${Math.ceil(size / 1000)} kB` : `${Number((size / 1e6).toFixed(2))} MB`);

/** Letters, digits, spaces, hyphens and brackets, as Converse wants; different from the names in `taken`. */
function plainName(name: string, taken: string[]): string {
  const plain = name.replace(/\.[^.]*$/, "").replace(/[^A-Za-z0-9\-()[\]]+/g, " ").trim().slice(0, 180) || "Document";
  let found = plain;
  for (let number = 2; taken.includes(found); number += 1) found = `${plain} ${number}`;
  return found;
}

function base64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(new WrongFile("The file cannot be read."));
    reader.readAsDataURL(file);
  });
}
