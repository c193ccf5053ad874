"""The member that ends every native stream, whatever the family: what the service measured.

Source: the last chunk of 449 recorded streams.
"""

from outcrop.model.runtime import ConverseStreamMetadataEvent

NAME = "amazon-bedrock-invocationMetrics"


def invocation_metrics(
    event: ConverseStreamMetadataEvent, first_byte_ms: int, *, cached: bool = False
) -> dict[str, dict[str, int]]:
    """The last member of the last chunk. Latencies are milliseconds; the cache pair is there when `cached`."""
    used = event.usage
    metrics = {
        "inputTokenCount": used.input_tokens,
        "outputTokenCount": used.output_tokens,
        "invocationLatency": event.metrics.latency_ms,
        "firstByteLatency": first_byte_ms,
    }
    if cached:
        metrics["cacheReadInputTokenCount"] = used.cache_read_input_tokens or 0
        metrics["cacheWriteInputTokenCount"] = used.cache_write_input_tokens or 0
    return {NAME: metrics}
