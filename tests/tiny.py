"""Tiny GGUF files: a real model for a real llama.cpp, made in a moment instead of downloaded.

The blocks of the transformer hold zeros, so that what comes next depends on the last token alone: an exact bigram
model. It answers in English and ends by itself. Its template puts a token at the end of the prompt that leads to a
tool call when tools are given, and to another sentence after a tool's result; within a call llama.cpp's grammar leads,
and the model prefers to close what is open. `vision` makes the tower beside it, of random weights, for which a picture
is some thirty tokens.

As a program: ``python -m tests.tiny FOLDER`` writes both.
"""

import itertools
import sys
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

ANSWER = "A very small language model made for tests wrote this sentence, one token after another."
TOLD = "The tool has said what it knows and nothing else."
STARTS = {"<|assistant|>": ANSWER, "<|told|>": TOLD}
SPECIAL = ["<|user|>", "<|system|>", "<|result|>", *STARTS, "<|call|>", "<tool_call>", "</tool_call>"]
# What is preferred where no sentence leads: the end, then whatever closes what a grammar has opened.
CLOSING = ["</s>", '"', "</tool_call>", "}", "]", ",", ":", "0", "t", "f", "n"]
WIDTH, INNER = 512, 32
CONTEXT = 4096
TEMPLATE = """\
{%- for message in messages -%}
{%- if message.role == 'system' -%}<|system|>{{ message.content }}
{%- elif message.role == 'user' -%}<|user|>{{ message.content }}
{%- elif message.role == 'tool' -%}<|result|>{{ message.content }}
{%- else -%}<|assistant|>{{ message.content or '' }}
{%- for call in message.tool_calls or [] -%}
<tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>
{%- endfor -%}</s>
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{%- if messages[-1].role == 'tool' -%}<|told|>
{%- elif tools -%}<|call|>
{%- else -%}<|assistant|>
{%- endif -%}
{%- endif -%}"""


def words(sentence: str) -> list[str]:
    """The pieces of a sentence as SentencePiece writes them."""
    first, *rest = sentence.split(" ")
    return [first, *(f"\u2581{word}" for word in rest)]


def vocabulary() -> tuple[list[str], list[int]]:
    """The tokens and their types: control, special, bytes, signs, words."""
    kind = gguf.TokenType
    tokens = {"<unk>": kind.UNKNOWN, "<s>": kind.CONTROL, "</s>": kind.CONTROL}
    tokens |= dict.fromkeys(SPECIAL, kind.USER_DEFINED)
    tokens |= {f"<0x{byte:02X}>": kind.BYTE for byte in range(256)}
    tokens |= {chr(code): kind.NORMAL for code in range(33, 127)} | {"\u2581": kind.NORMAL}
    tokens |= {word: kind.NORMAL for sentence in STARTS.values() for word in words(sentence)}
    return list(tokens), [int(each) for each in tokens.values()]


def transitions(tokens: list[str]) -> NDArray[np.float32]:
    """`[next, last]`: how much each token is wanted after each."""
    index = {token: at for at, token in enumerate(tokens)}
    wanted = np.zeros((len(tokens), WIDTH), dtype=np.float32)
    for rank, token in enumerate(CLOSING):
        wanted[index[token], : len(tokens)] = 3 * (len(CLOSING) - rank)
    for start, sentence in STARTS.items():
        path = [start, *words(sentence), "</s>"]
        for last, following in itertools.pairwise(path):
            wanted[index[following], index[last]] = 80
    wanted[index["<tool_call>"], index["<|call|>"]] = 80
    return wanted


def language(path: Path) -> Path:
    """Write the language model (some 0.8 MB); returns `path`."""
    tokens, kinds = vocabulary()
    assert len(tokens) <= WIDTH
    writer = gguf.GGUFWriter(path, "llama")
    for name, value in {"context_length": CONTEXT, "embedding_length": WIDTH, "block_count": 1}.items():
        getattr(writer, f"add_{name}")(value)
    for name in ("feed_forward_length", "key_length", "value_length", "rope_dimension_count"):
        getattr(writer, f"add_{name}")(INNER)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(at) for at in range(len(tokens))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    half = np.float16
    writer.add_tensor("token_embd.weight", np.eye(len(tokens), WIDTH, dtype=half))
    writer.add_tensor("output.weight", (transitions(tokens) / WIDTH**0.5).astype(half))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, dtype=np.float32))
    for name in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{name}.weight", np.ones(WIDTH, dtype=np.float32))
    for name in ("attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((INNER, WIDTH), dtype=half))
    for name in ("attn_output", "ffn_down"):
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros((WIDTH, INNER), dtype=half))
    return _written(writer, path)


def vision(path: Path) -> Path:
    """Write the vision tower (a projector of Gemma 3's kind); returns `path`."""
    random, width, inner, image, patch = np.random.default_rng(0), 32, INNER, 64, 4
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "gemma3")
    writer.add_bool("clip.use_gelu", True)
    for name, value in {
        "image_size": image,
        "patch_size": patch,
        "embedding_length": width,
        "feed_forward_length": inner,
        "projection_dim": WIDTH,
        "block_count": 1,
        "attention.head_count": 2,
    }.items():
        writer.add_uint32(f"clip.vision.{name}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])

    def weights(name: str, *shape: int) -> None:
        writer.add_tensor(name, (random.standard_normal(shape) * 0.1).astype(np.float32))

    weights("v.patch_embd.weight", width, 3, patch, patch)
    weights("v.patch_embd.bias", width)
    weights("v.position_embd.weight", (image // patch) ** 2, width)
    for name in ("v.blk.0.ln1", "v.blk.0.ln2", "v.post_ln"):
        weights(f"{name}.weight", width)
        weights(f"{name}.bias", width)
    for name in ("attn_q", "attn_k", "attn_v", "attn_out", "ffn_up", "ffn_down"):
        weights(f"v.blk.0.{name}.weight", width, width)
        weights(f"v.blk.0.{name}.bias", width)
    weights("mm.input_projection.weight", width, WIDTH)
    weights("mm.soft_emb_norm.weight", width)
    return _written(writer, path)


def _written(writer: gguf.GGUFWriter, path: Path) -> Path:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    language(folder / "tiny.gguf")
    vision(folder / "tiny-mmproj.gguf")
