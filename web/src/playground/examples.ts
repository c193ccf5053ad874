// Three prompts to begin with: one with an image, one with a document, one with a tool. All of it is made here.

export interface Example {
  title: string;
  text: string;
  needs: "images" | "documents" | "tools";
  file?: () => Promise<File>;
  tools?: string;
}

const SAMPLES = `# Field notes, north face

| layer | rock | depth in m | age in million years |
|---|---|---|---|
| 1 | sandstone | 0 to 4 | 61 |
| 2 | shale with a copper seam | 4 to 6 | 66 |
| 3 | limestone | 6 to 19 | 72 |

The seam runs east to west and is 12 cm thick where it comes to the surface.
`;

const WEATHER = [
  {
    toolSpec: {
      name: "current_weather",
      description: "The weather in a city right now",
      inputSchema: {
        json: {
          type: "object",
          properties: { city: { type: "string" }, unit: { type: "string", enum: ["celsius", "fahrenheit"] } },
          required: ["city"],
        },
      },
    },
  },
];

export const WEATHER_TOOLS = JSON.stringify(WEATHER, null, 2);

export const EXAMPLES: readonly Example[] = [
  { title: "Look at a picture", text: "Describe this picture in two sentences.", needs: "images", file: picture },
  { title: "Read a document", text: "Which layer holds the copper, and how old is it?", needs: "documents", file: notes },
  { title: "Call a tool", text: "What is the weather in Lisbon?", needs: "tools", tools: WEATHER_TOOLS },
];

async function notes(): Promise<File> {
  return new File([SAMPLES], "field-notes.md", { type: "text/markdown" });
}

/** A cliff of five layers, drawn. */
async function picture(): Promise<File> {
  const canvas = new OffscreenCanvas(640, 400);
  const pen = canvas.getContext("2d")!;
  const layers = ["#dfe9ee", "#c9b79c", "#a8937a", "#0e8577", "#7d6f62", "#574d45"];
  layers.forEach((colour, index) => {
    pen.fillStyle = colour;
    pen.beginPath();
    const top = index * 68;
    pen.moveTo(0, top);
    for (let x = 0; x <= 640; x += 8) pen.lineTo(x, top + (index ? Math.sin(x / 90 + index) * 12 + x / 14 - 20 : 0));
    pen.lineTo(640, 400);
    pen.lineTo(0, 400);
    pen.fill();
  });
  return new File([await canvas.convertToBlob({ type: "image/png" })], "cliff.png", { type: "image/png" });
}
