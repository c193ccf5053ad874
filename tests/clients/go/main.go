// Package main makes the calls of the Go tutorial with the AWS SDK for Go: InvokeModel and
// InvokeModelWithResponseStream with Claude 3 Haiku and Llama 3, and one call of a model that does not exist. It prints
// one JSON object with what each call gave; the endpoint and the keys come from the environment alone.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
)

const (
	region  = "ap-south-1"
	haiku   = "anthropic.claude-3-haiku-20240307-v1:0"
	llama3  = "meta.llama3-70b-instruct-v1:0"
	unknown = "anthropic.claude-of-another-day-v1:0"
	prompt  = "Hello, what is a goroutine?"
)

type report struct {
	ClaudeInvoke claudeResponse `json:"claude_invoke"`
	ClaudeStream claudeStream   `json:"claude_stream"`
	LlamaInvoke  llamaResponse  `json:"llama_invoke"`
	LlamaStream  []string       `json:"llama_stream"`
	Unknown      refusal        `json:"unknown"`
}

// What a handler of Claude's stream keeps: the text pieces as they came, and what the first and last chunks say.
type claudeStream struct {
	Types        []string `json:"types"`
	Pieces       []string `json:"pieces"`
	ID           string   `json:"id"`
	InputTokens  int      `json:"input_tokens"`
	OutputTokens int      `json:"output_tokens"`
	StopReason   string   `json:"stop_reason"`
}

type refusal struct {
	Error   string `json:"error"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Typed   bool   `json:"typed"`
}

func main() {
	ctx := context.Background()
	settings := must(config.LoadDefaultConfig(ctx, config.WithRegion(region)))
	client := bedrockruntime.NewFromConfig(settings)

	var answer report
	decode(must(invoke(ctx, client, haiku, claudeBody(prompt))), &answer.ClaudeInvoke)
	answer.ClaudeStream = readClaude(openStream(ctx, client, haiku, claudeBody(prompt)))
	decode(must(invoke(ctx, client, llama3, llamaBody(prompt))), &answer.LlamaInvoke)
	answer.LlamaStream = readLlama(openStream(ctx, client, llama3, llamaBody(prompt)))
	_, err := invoke(ctx, client, unknown, claudeBody(prompt))
	answer.Unknown = describe(err)
	json.NewEncoder(os.Stdout).Encode(answer)
}

func invoke(ctx context.Context, client *bedrockruntime.Client, model string, body any) ([]byte, error) {
	output, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{
		ModelId:     aws.String(model),
		ContentType: aws.String("application/json"),
		Body:        encode(body),
	})
	if err != nil {
		return nil, err
	}
	return output.Body, nil
}

func openStream(
	ctx context.Context, client *bedrockruntime.Client, model string, body any,
) *bedrockruntime.InvokeModelWithResponseStreamEventStream {
	output := must(client.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{
		ModelId:     aws.String(model),
		ContentType: aws.String("application/json"),
		Body:        encode(body),
	}))
	return output.GetStream()
}

func readClaude(stream *bedrockruntime.InvokeModelWithResponseStreamEventStream) claudeStream {
	var read claudeStream
	for chunk := range chunks(stream) {
		var part claudeChunk
		decode(chunk, &part)
		read.Types = append(read.Types, part.Type)
		switch part.Type {
		case "message_start":
			read.ID = part.Message.ID
			read.InputTokens = part.Message.Usage.InputTokens
		case "content_block_delta":
			read.Pieces = append(read.Pieces, part.Delta.Text)
		case "message_delta":
			read.StopReason = part.Delta.StopReason
			read.OutputTokens = part.Usage.OutputTokens
		}
	}
	return read
}

// Every chunk is decoded into the same struct, as the tutorial does it: a chunk without "generation" would repeat the
// text of the chunk before it.
func readLlama(stream *bedrockruntime.InvokeModelWithResponseStreamEventStream) []string {
	var pieces []string
	var response llamaResponse
	for chunk := range chunks(stream) {
		decode(chunk, &response)
		pieces = append(pieces, response.Generation)
	}
	return pieces
}

// The bytes of every chunk, until the stream ends; anything but a chunk, or a stream that fails, ends the program.
func chunks(stream *bedrockruntime.InvokeModelWithResponseStreamEventStream) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		defer stream.Close()
		for event := range stream.Events() {
			switch chunk := event.(type) {
			case *types.ResponseStreamMemberChunk:
				if !yield(chunk.Value.Bytes) {
					return
				}
			default:
				log.Fatalf("an event that is no chunk: %T", event)
			}
		}
		if err := stream.Err(); err != nil {
			log.Fatal(err)
		}
	}
}

func describe(err error) refusal {
	if err == nil {
		log.Fatal("a model that does not exist answered")
	}
	told := refusal{Error: err.Error()}
	var failure smithy.APIError
	if errors.As(err, &failure) {
		told.Code, told.Message = failure.ErrorCode(), failure.ErrorMessage()
	}
	var validation *types.ValidationException
	told.Typed = errors.As(err, &validation)
	return told
}

func encode(value any) []byte {
	return must(json.Marshal(value))
}

func decode(data []byte, into any) {
	if err := json.Unmarshal(data, into); err != nil {
		log.Fatal(err)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
