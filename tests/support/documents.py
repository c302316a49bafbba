"""A small tree of documents as tfhub.dev kept them, with what real ones hold: odd names, dead links, inline HTML."""

from pathlib import Path

TASKS = """values:
  - id: image-classification
    display_name: Image classification
    domains:
      - image
  - id: text-embedding
    display_name: Text embedding
    domains:
      - text
"""

DOCUMENTS = {
    "docs/acme/acme.md": "# Publisher acme\nAcme Research\n\n[![Icon URL]](https://example.org/acme.png)\n\n## About us\n\nWe make *models*.\n",
    "docs/acme/models/Flowers.v2/3.md": """# Module acme/&zwnj;Flowers.v2/3

Names flowers
in pictures.

<!-- asset-path: https://example.org/flowers.tar.gz -->
<!-- task: image-classification -->
<!-- fine-tunable: true -->
<!-- format: saved_model_2 -->
<!-- language: en -->
<!-- network-architecture: mobilenet-v2 -->

## Overview

Trained on marigolds. Compare [the bees](https://tfhub.dev/acme/bees/1) and the
[collection](https://tfhub.dev/acme/collections/garden/1).

| input | size |
|---|---|
| picture | 224 |

<script>alert("owned")</script><img src="x" onerror="alert(1)"><a href="javascript:alert(1)">press</a></div></section>
<b>bold</b> end of it.
""",
    "docs/acme/models/Flowers.v2/lite/1.md": """# Lite acme/Flowers.v2/quantised/1
The same for phones.

<!-- parent-model: acme/Flowers.v2/3 -->
<!-- asset-path: https://example.org/flowers.tflite -->

## Use

On a phone.
""",
    "docs/acme/collections/garden/1.md": """# Collection acme/garden/1

Everything that grows.

<!-- task: image-classification -->

## Models

* [Flowers](https://tfhub.dev/acme/Flowers.v2/3)
""",
    "docs/other/models/words/1.md": """# Placeholder other/words/1

Turns words into numbers.

<!-- task: text-embedding -->

## Overview

Rhododendron vectors.
""",
    "tags/task.yaml": TASKS,
}


def write_tree(root: Path, documents=DOCUMENTS) -> Path:
    for name, text in documents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root
