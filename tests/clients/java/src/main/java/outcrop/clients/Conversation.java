package outcrop.clients;

import com.google.gson.Gson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeClient;
import software.amazon.awssdk.services.bedrockruntime.model.ContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.ConversationRole;
import software.amazon.awssdk.services.bedrockruntime.model.ConverseStreamResponseHandler;
import software.amazon.awssdk.services.bedrockruntime.model.InferenceConfiguration;
import software.amazon.awssdk.services.bedrockruntime.model.Message;
import software.amazon.awssdk.services.bedrockruntime.model.SystemContentBlock;
import software.amazon.awssdk.services.bedrockruntime.model.TokenUsage;
import software.amazon.awssdk.services.bedrockruntime.model.ValidationException;

/**
 * One Converse with the blocking client and one ConverseStream with the asynchronous one, then a Converse that is
 * refused; prints one JSON object. The endpoint and the keys come from the environment alone.
 */
public final class Conversation {
    private static final String HAIKU = "anthropic.claude-3-haiku-20240307-v1:0";
    private static final SystemContentBlock SYSTEM = SystemContentBlock.fromText("Answer in one sentence.");
    private static final Message QUESTION = Message.builder()
            .role(ConversationRole.USER)
            .content(ContentBlock.fromText("Why is the sky blue?"))
            .build();
    private static final InferenceConfiguration GREEDY =
            InferenceConfiguration.builder().maxTokens(400).temperature(0F).build();

    private Conversation() {}

    public static void main(String[] arguments) {
        Map<String, Object> report = new LinkedHashMap<>();
        try (BedrockRuntimeClient client = BedrockRuntimeClient.builder().region(Region.US_WEST_2).build()) {
            report.put("converse", converse(client));
            report.put("refusal", refusal(client));
        }
        try (BedrockRuntimeAsyncClient client =
                BedrockRuntimeAsyncClient.builder().region(Region.US_WEST_2).build()) {
            report.put("converse_stream", converseStream(client));
        }
        System.out.println(new Gson().toJson(report));
    }

    private static Map<String, Object> converse(BedrockRuntimeClient client) {
        var response = client.converse(request -> request.modelId(HAIKU)
                .system(SYSTEM)
                .messages(QUESTION)
                .inferenceConfig(GREEDY));
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("status", response.sdkHttpResponse().statusCode());
        told.put("requestId", response.responseMetadata().requestId());
        told.put("text", response.output().message().content().get(0).text());
        told.put("stopReason", response.stopReasonAsString());
        told.put("usage", usage(response.usage()));
        told.put("latencyMs", response.metrics().latencyMs());
        return told;
    }

    private static Map<String, Object> converseStream(BedrockRuntimeAsyncClient client) {
        List<String> events = new ArrayList<>();
        List<String> pieces = new ArrayList<>();
        Map<String, Object> told = new LinkedHashMap<>();
        var visitor = ConverseStreamResponseHandler.Visitor.builder()
                .onMessageStart(event -> events.add("messageStart"))
                .onContentBlockStart(event -> events.add("contentBlockStart"))
                .onContentBlockDelta(event -> {
                    events.add("contentBlockDelta");
                    pieces.add(event.delta().text());
                })
                .onContentBlockStop(event -> events.add("contentBlockStop"))
                .onMessageStop(event -> {
                    events.add("messageStop");
                    told.put("stopReason", event.stopReasonAsString());
                })
                .onMetadata(event -> {
                    events.add("metadata");
                    told.put("usage", usage(event.usage()));
                    told.put("latencyMs", event.metrics().latencyMs());
                })
                .onDefault(event -> events.add("unknown"))
                .build();
        var handler = ConverseStreamResponseHandler.builder().subscriber(visitor).build();
        client.converseStream(
                        request -> request.modelId(HAIKU)
                                .system(SYSTEM)
                                .messages(QUESTION)
                                .inferenceConfig(GREEDY),
                        handler)
                .join();
        told.put("events", events);
        told.put("pieces", pieces);
        return told;
    }

    private static Map<String, Object> refusal(BedrockRuntimeClient client) {
        Map<String, Object> told = new LinkedHashMap<>();
        try {
            client.converse(request -> request.modelId("anthropic.claude-of-another-day-v1:0").messages(QUESTION));
        } catch (ValidationException error) {
            told.put("code", error.awsErrorDetails().errorCode());
            told.put("message", error.awsErrorDetails().errorMessage());
            told.put("status", error.statusCode());
            told.put("requestId", error.requestId());
        }
        return told;
    }

    private static Map<String, Object> usage(TokenUsage usage) {
        return Map.of(
                "inputTokens", usage.inputTokens(),
                "outputTokens", usage.outputTokens(),
                "totalTokens", usage.totalTokens());
    }
}
