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

# What the pages of a whole site need besides: each kind of deployment, text that is wider than a telephone, and a crowd.
SITE_DOCUMENTS = {
    **DOCUMENTS,
    "docs/spotify/spotify.md": "# Publisher spotify\nSpotify\n\n## Audio\n\nModels that [listen](https://tfhub.dev/s?task=text-embedding).\n",
    "docs/spotify/models/basic-pitch/1.md": """# Module spotify/basic-pitch/1
Hears which notes sound in a recording.

<!-- asset-path: legacy -->
<!-- task: text-embedding -->
<!-- fine-tunable: false -->
<!-- format: saved_model_2 -->
<!-- colab: https://example.org/notebook -->

## Overview

Small: 16,782 parameters. For [phones](https://tfhub.dev/spotify/lite-model/basic-pitch/1), for
[pages](https://tfhub.dev/spotify/tfjs-model/basic-pitch/1).

### Example use

```python
model = hub.load("https://tfhub.dev/spotify/basic-pitch/1")
```

## References

[1] [The authors](https://example.org/paper), *A lightweight model*, 2022.
""",
    "docs/spotify/models/basic-pitch/lite/1.md": """# Lite spotify/basic-pitch/1
The same for phones.

<!-- parent-model: https://tfhub.dev/spotify/basic-pitch/1 -->
<!-- asset-path: legacy -->

## Origin

Made of [spotify/basic-pitch/1](https://tfhub.dev/spotify/basic-pitch/1).
""",
    "docs/spotify/models/basic-pitch/tfjs/1.md": """# Tfjs spotify/basic-pitch/1
The same for browsers.

<!-- parent-model: spotify/basic-pitch/1 -->
<!-- asset-path: legacy -->

## Origin

Made of [spotify/basic-pitch/1](https://tfhub.dev/spotify/basic-pitch/1).
""",
    "docs/spotify/models/basic-pitch/coral/edge/1.md": """# Coral spotify/basic-pitch/edge/1
The same for edge devices.

<!-- parent-model: spotify/basic-pitch/2 -->
<!-- asset-path: legacy -->

## Origin

Its [model](https://tfhub.dev/spotify/basic-pitch/2) of that version is not here, nor is [this](https://tfhub.dev/gone/away/1).
""",
    "docs/acme/models/wide/1.md": """# Placeholder acme/wide/1
Donaudampfschiffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft ÄÖÜ 日本語の説明 עברית.

<!-- task: image-classification -->

# A first heading of its own

| """ + " | ".join(f"column-{i}" for i in range(20)) + " |\n" + "|---" * 20 + "|\n| " + " | ".join(["12,345.678"] * 20) + """ |

```
""" + "one_very_long_line_of_code(" + ", ".join(f"argument_{i}=0" for i in range(40)) + """)
```

<table width="2000"><tr><td><code>""" + "x" * 300 + """</code></td></tr></table>

https://example.org/""" + "a-long-address/" * 20 + """

#### A heading that skips two

1. one
   - two
     > three: $\\sum_{i=0}^{n} x_i^{2}$
""",
    "docs/acme/models/pictured/1.md": """# Placeholder acme/pictured/1
Has a picture.

<!-- task: image-classification -->

## Overview

![A garden](https://pictures.example.org/garden.png)
""",
    **{
        f"docs/crowd/models/one-of-many-{i}/1.md": f"# Placeholder crowd/one-of-many-{i}/1\nNumber {i} of a crowd.\n\n"
        f"<!-- task: {'text-embedding' if i % 3 else 'image-classification'} -->\n\n## Overview\n\nNothing special.\n"
        for i in range(230)
    },
}


def write_tree(root: Path, documents=DOCUMENTS) -> Path:
    for name, text in documents.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root
