"""What paper 000 prints, to stand beside ours: tables 2 to 6, and the lesion figures of its section 4."""

from __future__ import annotations

COLUMNS = ("accuracy", "precision", "recall", "f1", "auc")
Row = dict[str, float]


def _rows(text: str, columns: tuple[str, ...]) -> dict[str, Row]:
    """``name v v v …`` a line; a dash where the paper prints none."""
    table: dict[str, Row] = {}
    for line in text.strip().splitlines():
        name, *values = line.split()
        pairs = zip(columns, values, strict=True)
        table[name] = {column: float(value) for column, value in pairs if value != "-"}
    return table


FEW_SHOT = _rows(
    """
    ResNet18 0.5235 0.5223 0.5510 0.5363 0.5355
    ResNet34 0.4855 0.4896 0.6850 0.5711 0.5058
    ResNet50 0.6485 0.6174 0.7810 0.6896 0.7061
    GoogLeNet 0.5220 0.5114 0.9900 0.6744 0.7069
    MobileNet 0.7340 0.7246 0.7550 0.7395 0.8107
    AlexNet 0.7355 0.6630 0.9580 0.7836 0.8681
    VGG16 0.8635 0.8539 0.8770 0.8874 0.9354
    ZSL 0.8395 0.8094 0.8463 0.8274 0.9226
    """,
    COLUMNS,
)
"""Table 2: classifiers of 36 images, tested on 1,000 or 2,000 of EyePACS (the print is unclear)."""

SIAMESE = _rows(
    """
    ResNet18 0.1068 0.1068 0.1931
    ResNet34 0.4918 0.4918 0.6593
    ResNet50 0.4578 0.4578 0.6281
    ResNet101 0.5642 0.5642 0.7214
    ResNet152 0.8691 0.8691 0.9300
    VGG16 0.5442 0.5442 0.7048
    VGG19 0.8853 0.9012 0.8873
    MobileNet-V2 0.7443 0.7443 0.8534
    MobileNet-V3 0.8940 0.8940 0.9440
    EfficientNet-B0 0.7707 0.7707 0.8705
    EfficientNet-B4 - - -
    DenseNet121 0.2589 0.2589 0.4113
    DenseNet169 0.8407 0.8407 0.9135
    DenseNet201 - - -
    """,
    ("accuracy", "recall", "f1"),
)
"""Table 3; a dash: the paper says *overfitting*."""

BACKBONES = _rows(
    """
    ResNet18 0.8395 0.8094 0.8463 0.8274
    ResNet34 0.8307 0.7931 0.8490 0.8201
    ResNet50 0.8307 0.7931 0.8490 0.8201
    ResNet101 0.8371 0.8018 0.8523 0.8263
    ResNet152 0.8078 0.7307 0.9141 0.8122
    GoogLeNet 0.8148 0.7577 0.8711 0.8105
    AlexNet 0.7926 0.7593 0.7960 0.7772
    MobileNet 0.8252 0.8602 0.7349 0.7926
    ResNeXt 0.7715 0.6839 0.9248 0.7863
    ViT 0.6855 0.8964 0.3483 0.5017
    """,
    COLUMNS[:4],
)
"""Table 4."""

CLUSTERINGS = _rows(
    """
    KMeans 0.8337 0.8700 0.7456 0.8030
    GMM 0.5491 1.0000 0.0081 0.0160
    AGG 0.8395 0.8094 0.8463 0.8274
    CLARA 0.8469 0.8601 0.7919 0.8246
    KModes 0.7514 0.6545 0.9597 0.7782
    PAM 0.8414 0.8166 0.8396 0.8279
    KMedoids 0.8380 0.8072 0.8456 0.8260
    """,
    COLUMNS[:4],
)
"""Table 5."""

ABLATIONS = {
    "without similarity": dict(zip(COLUMNS, (0.6169, 0.6342, 0.6169, 0.6041, 0.6169), strict=True)),
    "without segmentation": dict(zip(COLUMNS, (0.3074, 0.9163, 0.3074, 0.3908, 0.5974), strict=True)),
    "full": dict(zip(COLUMNS, (0.8337, 0.8700, 0.7456, 0.8030, 0.9226), strict=True)),
}
"""Table 6. Its full row repeats the KMeans row of table 5 but for the AUC: a slip of the paper."""

LESIONS = {
    "MA": {"miou": 0.5641, "mpa": 0.6079, "accuracy": 0.9984},
    "HE": {"miou": 0.6017, "mpa": 0.6374, "accuracy": 0.9997},
    "SE": {"miou": 0.5672, "mpa": 0.6215, "accuracy": 0.9983},
}
"""Section 4, on MAPLES-DR and Messidor."""
