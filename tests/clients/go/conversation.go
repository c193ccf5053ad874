package main

// The bodies of the two models, as much of them as the tutorial reads and writes. A field left at its zero value is
// not sent, so a temperature of zero never is.

type claudeRequest struct {
	Version   string          `json:"anthropic_version"`
	MaxTokens int             `json:"max_tokens"`
	Messages  []claudeMessage `json:"messages"`
}

type claudeMessage struct {
	Role    string        `json:"role,omitempty"`
	Content []claudeBlock `json:"content,omitempty"`
}

type claudeBlock struct {
	Type string `json:"type,omitempty"`
	Text string `json:"text,omitempty"`
}

type claudeUsage struct {
	InputTokens  int `json:"input_tokens"`
	OutputTokens int `json:"output_tokens"`
}

type claudeResponse struct {
	ID         string        `json:"id"`
	Model      string        `json:"model"`
	Type       string        `json:"type"`
	Role       string        `json:"role"`
	Content    []claudeBlock `json:"content"`
	StopReason string        `json:"stop_reason"`
	Usage      claudeUsage   `json:"usage"`
}

// One chunk of Claude's stream, whatever its type: members of other types stay at their zero value. The stop sequence
// is null until there is one, and the content of a message that has just begun is an empty list.
type claudeChunk struct {
	Type    string `json:"type"`
	Message struct {
		ID           string      `json:"id"`
		Content      []any       `json:"content"`
		StopSequence any         `json:"stop_sequence"`
		Usage        claudeUsage `json:"usage"`
	} `json:"message"`
	Delta struct {
		Type       string `json:"type"`
		Text       string `json:"text"`
		StopReason string `json:"stop_reason"`
	} `json:"delta"`
	Usage claudeUsage `json:"usage"`
}

type llamaRequest struct {
	Prompt      string  `json:"prompt"`
	MaxGenLen   int     `json:"max_gen_len,omitempty"`
	Temperature float64 `json:"temperature,omitempty"`
}

type llamaResponse struct {
	Generation string `json:"generation"`
}

func claudeBody(prompt string) claudeRequest {
	return claudeRequest{
		Version:   "bedrock-2023-05-31",
		MaxTokens: 200,
		Messages:  []claudeMessage{{Role: "user", Content: []claudeBlock{{Type: "text", Text: prompt}}}},
	}
}

func llamaBody(prompt string) llamaRequest {
	return llamaRequest{Prompt: prompt, MaxGenLen: 200, Temperature: 0.5}
}
