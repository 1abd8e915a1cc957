"""The words of the report: what was done, under which conditions."""

from __future__ import annotations

SOURCE_ALONE = "the source alone, in hindsight"

HEAD = """# Zero-shot chest X-ray: both systems, their ablations and rivals

`lynceus-engine evaluate zero_shot_experiment DATA --out FOLDER` prints these tables, where DATA is a folder
of NIH ChestX-ray14 images. Finished runs are kept in the folder; given again, the command does what is
missing.

**Conditions.** All methods share one visual encoder and differ in their heads alone. The encoder is a
dictionary of image patches, learnt without any label from the training images of each run (Coates, Lee and
Ng, 2011), its codes whitened to {components} principal components; LESA gets the maps on a {grid} × {grid}
grid. That is ours, so that the experiment fits on two CPU cores: the papers train a DenseNet-121 end to end.
A head learns by {steps} updates of {batch} images. Inductive: no training image carries an unseen finding;
images without any finding are left out of training and test, as in the papers. Words are MiniLM embeddings,
or true attributes where it says so. Prompt style and learning rate are chosen for each method (an
ablation takes its system's) on phantoms by pseudo-unseen labels: every third seen label kept from the
training. AUROC is the mean over labels; its 95 % interval in parentheses resamples patients (a phantom is a
patient) under the mean over seeds; "over seeds" is the 95 % t interval over the seeds' unseen AUROC. Nothing
here speaks of the papers' own figures, which come from 112,120 images."""

LIKENESS = """## Do words and pictures agree?

The two seen findings nearest to each unseen one of the chest phantoms: in pictures (cosine of the mean
features of its test images, less those of all others) and in each kind of words. The last row is the Spearman
correlation of both over all pairs of an unseen and a seen finding: a mapping learnt on the seen ones can only
carry over what the two agree on."""

CHOICES = """## What was tried, without any unseen label

AUROC of the candidates on pseudo-unseen labels, each method's chosen one first (by the harmonic mean of both;
the plain classifier by the seen one). One run each."""

CONDITIONS = {
    "phantoms": """
## Chest phantoms, 10 seen and 4 unseen findings

{train} training and {test} test phantoms of {size} pixels, one to three findings each; seeds are of encoder
and heads over the same phantoms.""",
    "composed": """
## Composed findings

{findings} findings composed of six attributes, the last {unseen} of them never trained; {composed_train}
training and {composed_test} test phantoms of {size} pixels with one to three findings each. Each seed has
findings, phantoms and encoder of its own. Text: a sentence made from the attributes; true
attributes: the upper bound of what words could say.""",
    "nih": """
## NIH ChestX-ray14, the images in DATA

Patient-disjoint, {folds} folds by a hash of the patient; seeds are of folds, encoder and heads; scores are
standardised for each label within a fold. Within one source a label without positives or negatives has
no AUROC. "The source alone" scores an image by how common each label is in its source, from the test labels
themselves: what lies below it may be origin rather than disease.""",
    "end_to_end": """
## Chest phantoms, learnt end to end

The phantoms of the first part, but a compact convolutional encoder ({network[backbone]}) is learnt from
scratch together with each head: {network[passes]} passes in batches of {network[batch]}, mirrored crops of
{network[crop]} pixels, learning rate {network[lr]}. Prompt styles are those of the stored features.""",
    "end_to_end_composed": """
## Composed findings, learnt end to end

The composed findings with most seen labels, with the encoder and as many images looked at as above.""",
}

TITLES = {
    "text": "words: text embeddings",
    "attributes": "words: true attributes (upper bound)",
}


def title(part: str, semantics: str, population: str) -> str:
    """Heading of one table."""
    where = f", images of {population} only" if part == "nih" and population != "all" else ""
    return f"{TITLES[semantics]}{where}"
