"""The last member of the last chunk."""

from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import ConverseStreamMetadataEvent, ConverseStreamMetrics, TokenUsage


def event(**usage: int) -> ConverseStreamMetadataEvent:
    used = TokenUsage(input_tokens=11, output_tokens=7, total_tokens=18, **usage)
    return ConverseStreamMetadataEvent(usage=used, metrics=ConverseStreamMetrics(latency_ms=250))


def test_counts_and_latencies_in_recorded_order() -> None:
    # recorded in 449 of 449 complete streams
    assert invocation_metrics(event(), 90) == {
        "amazon-bedrock-invocationMetrics": {
            "inputTokenCount": 11,
            "outputTokenCount": 7,
            "invocationLatency": 250,
            "firstByteLatency": 90,
        }
    }
    assert next(iter(invocation_metrics(event(), 90)["amazon-bedrock-invocationMetrics"])) == "inputTokenCount"


def test_the_cache_pair_comes_last_and_only_when_asked() -> None:
    # recorded on Claude with cache_control and on Nova, zeros included
    metrics = invocation_metrics(event(cache_read_input_tokens=5), 90, cached=True)["amazon-bedrock-invocationMetrics"]
    assert list(metrics)[-2:] == ["cacheReadInputTokenCount", "cacheWriteInputTokenCount"]
    assert (metrics["cacheReadInputTokenCount"], metrics["cacheWriteInputTokenCount"]) == (5, 0)
